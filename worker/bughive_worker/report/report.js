"use strict";
(() => {
  const findings = [...document.querySelectorAll(".finding")];
  const boxes = [...document.querySelectorAll('input[name="severity"]')];
  const search = document.getElementById("search");
  const kind = document.getElementById("kind");
  if (!search) return;
  const texts = new Map(findings.map((item) => [item, item.textContent.toLowerCase()]));

  function filter() {
    const severities = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const item of findings) {
      const fits = severities.has(item.dataset.severity)
        && (!kind.value || item.dataset.kind === kind.value)
        && words.every((word) => texts.get(item).includes(word));
      item.hidden = !fits;
      shown += fits;
    }
    document.getElementById("shown").textContent = `${shown} shown`;
    document.getElementById("nothing").hidden = shown > 0;
  }

  function openTarget() {
    const target = document.getElementById(location.hash.slice(1));
    target?.querySelector("details")?.setAttribute("open", "");
  }

  document.getElementById("filters").addEventListener("submit", (event) => event.preventDefault());
  for (const control of [...boxes, search, kind]) control.addEventListener("input", filter);
  addEventListener("hashchange", openTarget);
  openTarget();
})();

"use strict";
function sortable(table) {
  for (const [place, head] of [...table.querySelectorAll("thead th")].entries()) {
    head.addEventListener("click", () => {
      const body = table.tBodies[0];
      const key = (row) => row.cells[place].textContent;
      body.append(...[...body.rows].sort((a, b) => key(a).localeCompare(key(b), "en", { numeric: true })));
    });
  }
}
function contents() {
  const heads = [...document.querySelectorAll("main h2")];
  heads.forEach((head, place) => { head.id = `part-${place + 1}`; });
  const list = document.createElement("ul");
  list.className = "further";
  for (const head of heads) {
    const link = document.createElement("a");
    link.href = `#${head.id}`;
    link.textContent = head.textContent;
    list.append(document.createElement("li"));
    list.lastChild.append(link);
  }
  const nav = document.createElement("nav");
  nav.setAttribute("aria-label", "On this page");
  nav.append(list);
  document.querySelector("h1").after(nav);
}
function visits() {
  const seen = JSON.parse(sessionStorage.getItem("seen") || "[]");
  if (!seen.includes(location.pathname)) seen.push(location.pathname);
  sessionStorage.setItem("seen", JSON.stringify(seen.slice(-50)));
}
document.querySelectorAll("table").forEach(sortable);
for (const form of document.querySelectorAll("form")) form.addEventListener("submit", (event) => event.preventDefault());
contents();
visits();

// Runs axe-core once over the page, within bounds, and describes each violating element in our words.
// axe-core itself stands above this as `window.axe`.

const WHOLE_PAGE = 1500; // elements; of a larger page only the first of each row of like siblings are looked at
const TOO_LARGE = 10000; // elements that are left; axe would take many seconds
const ALIKE_KEPT = 12;
const MOST_PER_RULE = 30;
const RELOADS = "iframe, video, audio, object, embed";

async function audit({ rules }) {
  const putBack = countElements() > WHOLE_PAGE ? setAsideFurtherOfAKind() : () => {};
  try {
    return toText(countElements() > TOO_LARGE ? [] : describe(await run(rules)));
  } finally {
    putBack();
  }
}

function countElements() {
  return document.getElementsByTagName("*").length;
}

async function run(rules) {
  const results = await axe.run(document, {
    runOnly: { type: "rule", values: rules },
    resultTypes: ["violations"],
    iframes: false,
    preload: false,
    elementRef: true,
  });
  return results.violations;
}

function describe(rulesBroken) {
  const violations = [];
  for (const rule of rulesBroken) {
    for (const node of rule.nodes.slice(0, MOST_PER_RULE)) {
      const element = node.element;
      violations.push({
        rule: rule.id,
        impact: node.impact || rule.impact || "minor",
        help: rule.help,
        help_url: rule.helpUrl,
        selector: element ? selectorOf(element) : node.target.flat().join(" "),
        html: node.html.slice(0, 400),
        summary: (node.failureSummary || "").slice(0, 600),
        box: element ? boxOf(element) : null,
        in_chrome: element ? inChrome(element) : false,
      });
    }
  }
  return violations;
}

/**
 * Takes all but the first few of long rows of like siblings (cards, table rows) out of the document; returns what
 * puts them back. axe-core's own `exclude` saves nothing: it still lays its grid over the whole page.
 */
function setAsideFurtherOfAKind() {
  const marks = new Map();
  for (const parent of document.body.querySelectorAll("*")) {
    if (parent.childElementCount <= ALIKE_KEPT) continue;
    const kept = new Map();
    for (const child of childrenOf(parent)) {
      const kind = `${child.localName}.${child.getAttribute("class") ?? ""}`;
      const count = (kept.get(kind) ?? 0) + 1;
      kept.set(kind, count);
      if (count > ALIKE_KEPT && !child.matches(RELOADS) && !child.querySelector(RELOADS)) {
        const mark = document.createComment("");
        child.replaceWith(mark);
        marks.set(mark, child);
      }
    }
  }
  return () => marks.forEach((child, mark) => mark.replaceWith(child));
}

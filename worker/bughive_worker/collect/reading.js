// What a reader gets from the page: its visible texts, block by block, and what can be clicked or filled in.
// Never what stands in a field: that may be a visitor's.

const MOST_NODES = 20000;
const MOST_BLOCKS = 400;
const MOST_CHARACTERS = 20000;
const MOST_CONTROLS = 120;
const MOST_NAME = 120;
const MOST_ADDRESS = 500;
const CONTROLS = "a[href], button, summary, select, textarea, input:not([type=hidden]), [role=button], [role=link], [role=tab], [role=checkbox], [role=switch]";

function reading() {
  const natively = window[Symbol.for("bughive")]?.natively ?? ((call) => call());
  return natively(read);
}

function read() {
  const body = document.body || document.documentElement;
  return toText({ title: oneLine(document.querySelector("title")?.textContent ?? "").slice(0, 300), texts: texts(body), controls: controls(body) });
}

function texts(root) {
  const blocks = new Map();
  let characters = 0;
  let visited = 0;
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node && ++visited <= MOST_NODES && characters < MOST_CHARACTERS; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (node.data.trim() === "" || !parent || parent.matches("script, style, noscript, template, textarea") || !isVisible(parent)) continue;
    const block = blockAround(parent);
    if (!blocks.has(block) && blocks.size >= MOST_BLOCKS) break;
    const text = node.data.slice(0, MOST_CHARACTERS - characters);
    characters += text.length;
    blocks.set(block, (blocks.get(block) ?? "") + text);
  }
  return [...blocks].map(([block, text]) => ({ selector: selectorOf(block), text: oneLine(text), in_chrome: inChrome(block) }));
}

function controls(root) {
  const facts = [];
  for (const element of root.querySelectorAll(CONTROLS)) {
    if (facts.length >= MOST_CONTROLS) break;
    if (!isVisible(element)) continue;
    const form = element.closest("form");
    facts.push({
      selector: selectorOf(element),
      role: roleOf(element),
      name: nameOf(element).slice(0, MOST_NAME),
      url: addressOf(element),
      posts: form !== null && form.method === "post" && isSubmit(element),
      in_chrome: inChrome(element),
    });
  }
  return facts;
}

function addressOf(element) {
  const leads = element.localName === "a" && /^https?:$/.test(element.protocol) && element.href.length <= MOST_ADDRESS;
  return leads ? element.href : "";
}

function roleOf(element) {
  const tag = element.localName;
  if (tag === "a" || element.getAttribute("role") === "link") return "link";
  if (tag === "select") return "choice";
  if (tag === "textarea" || (tag === "input" && !/^(button|submit|reset|image|checkbox|radio)$/.test(element.type))) return "field";
  return "button";
}

/** Without a type, a button in a form sends it. */
function isSubmit(element) {
  if (element.localName === "button") return element.type === "submit";
  return element.localName === "input" && /^(submit|image)$/.test(element.type);
}

function nameOf(element) {
  const spoken = element.getAttribute("aria-label") || (/^(button|submit|reset)$/.test(element.type) && element.localName === "input" ? element.value : "");
  const label = element.labels?.[0]?.textContent || "";
  const text = element.localName === "select" || element.localName === "textarea" ? "" : element.textContent;
  const picture = element.querySelector("img[alt]")?.alt || "";
  return oneLine(spoken || label || text || picture || element.getAttribute("title") || element.getAttribute("placeholder") || "");
}

function oneLine(text) {
  return text.replace(/\s+/g, " ").trim();
}

/** Words that are split over inline elements belong to one block. */
function blockAround(element) {
  let block = element;
  while (block.parentElement && block.parentElement !== document.body && /^inline($| )/.test(getComputedStyle(block).display)) block = block.parentElement;
  return block;
}

// What the page says: how much visible text it has, and which of it looks like a program's mistake.
// Candidates only, generously; the detectors judge them in Python.

const PLACEHOLDER = /undefined|\bNaN|\bnull\b|\[object |\{\{|\}\}|\{%|%\}|<%|%>|\$\{|lorem ipsum|dolor sit amet|invalid date|translation[ _]missing|infinity|%[sd]\b|%\(\w+\)s|\{\d\}/i;
const GARBLED = /\uFFFD|[\u00C2-\u00F4][\u0080-\u00BF\u0152\u0153\u0160\u0161\u0178\u017D\u017E\u0192\u02C6\u02DC\u2013\u2014\u2018-\u2022\u2026\u2030\u2039\u203A\u20AC\u2122]/;
const NOT_PROSE = "script, style, noscript, template, textarea, pre, code, kbd, samp, var, tt, xmp, [contenteditable], .highlight, .CodeMirror, .monaco-editor";
const SPOKEN = ["placeholder", "alt", "aria-label", "title"];
const FRAME = 'header, footer, nav, aside, [role=banner], [role=navigation], [role=contentinfo], [role=complementary], a[href^="#"]';
const MOST_TEXTS = 40;
const CONTEXT = 300;

function readTexts(root, most) {
  const shown = new Map();
  const isShown = (element) => {
    let answer = shown.get(element);
    if (answer === undefined) shown.set(element, (answer = !element.matches("script, style, noscript, template") && isVisible(element)));
    return answer;
  };
  const suspicious = [];
  const garbled = [];
  const blocks = new Set();
  let length = 0;
  let content = 0;
  let visited = 0;
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node && ++visited <= most; node = walker.nextNode()) {
    const text = node.data.trim();
    const parent = node.parentElement;
    if (text === "" || !parent || !isShown(parent)) continue;
    length += text.length;
    if (content === 0 && !parent.closest(FRAME)) content = text.length; // more would cost a look for each text
    const into = PLACEHOLDER.test(text) ? suspicious : GARBLED.test(text) ? garbled : null;
    if (!into || into.length >= MOST_TEXTS || parent.closest(NOT_PROSE)) continue;
    const block = blockAround(parent);
    if (blocks.has(block)) continue;
    blocks.add(block);
    into.push(fact(parent, around(proseOf(block), text)));
  }
  return { length, content, suspicious: suspicious.concat(suspiciousAttributes()), garbled };
}

/** A word split over inline elements ("$" and "undefined") is judged in its block's context. */
function blockAround(element) {
  let block = element;
  while (block.parentElement && block.parentElement !== document.body && /^inline($| )/.test(getComputedStyle(block).display)) {
    block = block.parentElement;
  }
  return block;
}

/** The block's text with code blanked out, so that `undefined` in code is no mistake of the page. */
function proseOf(block) {
  if (!block.querySelector(NOT_PROSE)) return block.textContent.replace(/\s+/g, " ").trim();
  const copy = block.cloneNode(true);
  for (const code of copy.querySelectorAll(NOT_PROSE)) code.replaceWith(" `code` ");
  return copy.textContent.replace(/\s+/g, " ").trim();
}

function around(text, part) {
  if (text.length <= CONTEXT) return text;
  const found = part.replace(/\s+/g, " ").search(PLACEHOLDER);
  const at = Math.max(0, text.indexOf(part.replace(/\s+/g, " ").slice(0, 60)) + Math.max(0, found) - CONTEXT / 2);
  return text.slice(at, at + CONTEXT);
}

function suspiciousAttributes() {
  const facts = [];
  const query = "[placeholder], [alt], [aria-label], [title], input[type=button], input[type=submit]";
  const elements = document.body.querySelectorAll(query);
  for (let index = 0; index < elements.length && index < 3000 && facts.length < MOST_TEXTS; index++) {
    const element = elements[index];
    const texts = SPOKEN.map((name) => element.getAttribute(name) || "");
    if (element.localName === "input" && /^(button|submit)$/.test(element.type)) texts.push(element.value);
    const text = texts.find((value) => PLACEHOLDER.test(value));
    if (text && !element.closest(NOT_PROSE) && isVisible(element)) facts.push(fact(element, text.slice(0, CONTEXT)));
  }
  return facts;
}

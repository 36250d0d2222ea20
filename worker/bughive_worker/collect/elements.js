// Shared by the scripts that run in a page: how an element is named, placed and told from shared chrome.

const STABLE_NAME = /^[a-z][a-z_-]{1,29}$/i;
const STATE_CLASS = /^(is|has|js)-|^(active|open|opened|show|shown|visible|hidden|selected|current|hover|focus|loaded|loading|lazy\w*|disabled|in|fade)$/i;
const CHROME_NAME = /^(site-|page-|main-|global-)?(header|footer|nav|navbar|navbar-main|navigation|sidebar|topbar|menu|masthead)$/i;
const LANDMARKS = "header, footer, nav, [role=banner], [role=navigation], [role=contentinfo], [id], [class]";

/** The classes that say what an element is: without state, digits and generated names. */
function stableClasses(element, most) {
  const names = [];
  for (const name of element.classList) {
    if (names.length < most && STABLE_NAME.test(name) && !STATE_CLASS.test(name)) names.push(name);
  }
  return names;
}

/** The element's children; a form's own `children` may be one of its fields of that name. */
function childrenOf(element) {
  const children = [];
  for (let child = element.firstElementChild; child; child = child.nextElementSibling) children.push(child);
  return children;
}

const selectors = new Map();
const twins = new Map(); // parent -> how many children of each tag
const places = new Map(); // child -> its place among those of its tag

/** A CSS selector that leads to the element: a path from the nearest stable id, or from the root. */
function selectorOf(element) {
  const known = selectors.get(element);
  if (known !== undefined) return known;
  const tag = CSS.escape(element.localName);
  const id = element.getAttribute("id");
  const parent = element.parentElement;
  let selector;
  if (id && STABLE_NAME.test(id) && document.querySelectorAll(`[id="${CSS.escape(id)}"]`).length === 1) {
    selector = `${tag}#${CSS.escape(id)}`;
  } else {
    selector = tag + stableClasses(element, 2).map((name) => `.${CSS.escape(name)}`).join("");
    if (parent) selector += placeAmongTwins(element, parent);
    if (parent && element !== document.body) selector = `${selectorOf(parent)} > ${selector}`;
  }
  selectors.set(element, selector);
  return selector;
}

/** `:nth-of-type(n)` where the parent has several children of this tag. */
function placeAmongTwins(element, parent) {
  let counts = twins.get(parent);
  if (!counts) {
    twins.set(parent, (counts = new Map()));
    for (const child of childrenOf(parent)) {
      const place = (counts.get(child.localName) ?? 0) + 1;
      counts.set(child.localName, place);
      places.set(child, place);
    }
  }
  return counts.get(element.localName) > 1 ? `:nth-of-type(${places.get(element)})` : "";
}

const chromeCache = new Map();
const main = document.querySelector("main, [role=main]");

/** Whether the element is part of the header, navigation or footer that pages share. */
function inChrome(element) {
  if (!element || element === document.body) return false;
  const known = chromeCache.get(element);
  if (known !== undefined) return known;
  const answer =
    !element.matches("main, [role=main], article") &&
    (isOutsideMain(element) || isChromeRoot(element) || inChrome(element.parentElement));
  chromeCache.set(element, answer);
  return answer;
}

/** Where a page says what its main part is, the rest is the frame it shares with others. */
function isOutsideMain(element) {
  return main !== null && !main.contains(element) && !element.contains(main);
}

function isChromeRoot(element) {
  if (!element.matches(LANDMARKS)) return false;
  // A header inside an article is the article's, navigation inside main may be its pagination.
  if (element.closest("main, [role=main], article, section")) return false;
  if (element.matches("header, footer, nav, [role=banner], [role=navigation], [role=contentinfo]")) return true;
  // By name alone only near the root: a card has a "header" too.
  const nearRoot = [element, element.parentElement, element.parentElement?.parentElement].some((node) => node?.parentElement === document.body);
  return nearRoot && [element.getAttribute("id") ?? "", ...element.classList].some((name) => CHROME_NAME.test(name));
}

/** The element's place on the page, or null where it has none. */
function boxOf(element) {
  const rect = element.getBoundingClientRect();
  if (rect.width === 0 && rect.height === 0) return null;
  return { x: round(rect.x + scrollX), y: round(rect.y + scrollY), width: round(rect.width), height: round(rect.height) };
}

function round(number) {
  return Math.round(number * 10) / 10;
}

/** Visible to the eye: rendered, not hidden, not transparent. */
function isVisible(element) {
  return element.checkVisibility({ checkOpacity: true, checkVisibilityCSS: true });
}

/** What is said of an element that a probe found. */
function fact(element, text) {
  return { selector: selectorOf(element), text, box: boxOf(element), in_chrome: inChrome(element) };
}

/** JSON of a value, also where the page has taught its arrays a toJSON of their own. */
function toText(value) {
  const theirs = [Array, String, Object].map((type) => [type, Object.getOwnPropertyDescriptor(type.prototype, "toJSON")]);
  for (const [type, descriptor] of theirs) if (descriptor) delete type.prototype.toJSON;
  const text = JSON.stringify(value);
  for (const [type, descriptor] of theirs) if (descriptor) Object.defineProperty(type.prototype, "toJSON", descriptor);
  return text;
}

// Measures the layout at the window's present width: what sticks out, what lies over what, what is cut off.
// Precision before recall: whatever may be intended is left out here.

const MOST_ELEMENTS = 8000;
const MOST_CULPRITS = 5;
const MOST_OVERLAPS = 20;
const MOST_CLIPPED = 20;
const SLACK = 2; // CSS pixels that rounding may cost

async function measure() {
  await settled();
  const elements = shownElements();
  return toText({
    width: innerWidth,
    scroll_width: document.documentElement.scrollWidth,
    overflowing: overflowing(elements),
    overlaps: overlaps(elements),
    clipped: clipped(elements),
  });
}

/** The layout after the resize: one frame drawn, transitions at their end. */
async function settled() {
  const frame = new Promise((resolve) => requestAnimationFrame(() => setTimeout(resolve)));
  await Promise.race([frame, new Promise((resolve) => setTimeout(resolve, 250))]);
  for (const animation of document.getAnimations()) if (animation instanceof CSSTransition) animation.finish();
}

function shownElements() {
  const shown = [];
  let visited = 0;
  const walk = (parent) => {
    for (let child = parent.firstElementChild; child; child = child.nextElementSibling) {
      if (++visited > MOST_ELEMENTS) return;
      if (/^(script|style|link|meta|noscript|template|option|svg|br|wbr)$/.test(child.localName)) continue;
      if (child.getAttribute("aria-hidden") === "true" || child.matches("dialog, [role=dialog], [aria-modal=true], [popover]")) continue;
      if (!isVisible(child) || isCutToNothing(child)) continue;
      shown.push(child);
      walk(child);
    }
  };
  walk(document.body);
  return shown;
}

/** Kept for screen readers only, by one of the ways that are in use: nobody sees where it lies. */
function isCutToNothing(element) {
  const style = styleOf(element);
  const lifted = style.position === "absolute" || style.position === "fixed";
  const hides = clips(style.overflowX) && clips(style.overflowY);
  if (lifted && /^rect\((0(px)?|1px)[, ]+(0(px)?|1px)[, ]+(0(px)?|1px)[, ]+(0(px)?|1px)\)$/.test(style.clip)) return true;
  if (/^inset\((5\d|[6-9]\d|100)(\.\d+)?%|^(circle|ellipse)\(0|^polygon\(0(px|%)? 0(px|%)?(, 0(px|%)? 0(px|%)?)+\)/.test(style.clipPath)) return true;
  if (Number.parseFloat(style.textIndent) < -99 || (hides && style.textIndent === "100%") || Number.parseFloat(style.fontSize) < 1) return true;
  const rect = element.getBoundingClientRect();
  if (hides && (rect.width <= 2 || rect.height <= 2)) return true;
  // Moved off the page to where nothing scrolls.
  return lifted && rect.width > 0 && (rect.right + scrollX <= 0 || rect.bottom + scrollY <= 0);
}

function textOf(element) {
  return element.textContent.replace(/\s+/g, " ").trim().slice(0, 100);
}

function isText(node) {
  return node.nodeType === Node.TEXT_NODE && /\S/.test(node.data);
}

function hasOwnText(element) {
  return [...element.childNodes].some(isText);
}

/** The rectangle of the element's own text, without its children's. */
function ownTextRects(element) {
  const rects = [];
  for (const node of element.childNodes) {
    if (!isText(node)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    rects.push(...range.getClientRects());
  }
  return rects.filter((rect) => rect.width > 1 && rect.height > 1);
}

const styles = new Map();

function styleOf(element) {
  let style = styles.get(element);
  if (!style) styles.set(element, (style = getComputedStyle(element)));
  return style;
}

const scrolls = (value) => value === "auto" || value === "scroll";
const clips = (value) => value === "hidden" || value === "clip";

/** The nearest ancestor (below the root) for which the test holds. */
function ancestor(element, test) {
  for (let node = element.parentElement; node && node !== document.body && node !== document.documentElement; node = node.parentElement) {
    if (test(styleOf(node), node)) return node;
  }
  return null;
}

// Which elements make the page scroll sideways: the culprits, not their ancestors and not their contents.

function overflowing(elements) {
  const root = document.documentElement;
  const excess = root.scrollWidth - root.clientWidth;
  const cannotScroll = [root, document.body].some((element) => clips(getComputedStyle(element).overflowX));
  if (excess <= SLACK || cannotScroll) return [];
  const culprits = new Set();
  for (const element of [document.body, ...elements]) {
    if (culprits.size >= MOST_CULPRITS) break;
    const isBody = element === document.body;
    if (escapes(element) && (isBody || (!escapes(element.parentElement) && addsToScrolling(element)))) culprits.add(whoPushes(element));
  }
  if (culprits.size === 0) culprits.add(document.body); // a margin or a drawn ornament: no element sticks out
  return [...culprits].map((culprit) => fact(culprit, textOf(culprit)));
}

/** How far the element, or a word of its own text, reaches past the window's edge that the page scrolls to. */
function reach(element) {
  const width = document.documentElement.clientWidth;
  const rightToLeft = getComputedStyle(document.documentElement).direction === "rtl";
  const rects = [element.getBoundingClientRect(), ...ownTextRects(element)].filter((rect) => rect.width > 0);
  return Math.max(0, ...rects.map((rect) => (rightToLeft ? -(rect.left + scrollX) : rect.right + scrollX - width)));
}

function escapes(element) {
  return reach(element) > SLACK;
}

/** False for what is fixed, or inside a box that scrolls or clips on its own. */
function addsToScrolling(element) {
  if (styleOf(element).position === "fixed") return false;
  return !ancestor(element, (style) => style.overflowX !== "visible" || style.position === "fixed" || /paint|strict|content/.test(style.contain));
}

/**
 * A column that is too wide may be so by its own width, or because one child pushes it. The child is to blame
 * where the column no longer sticks out once the child is taken away. A table is to blame as a whole.
 */
function whoPushes(element) {
  let culprit = element;
  for (let depth = 0; depth < 12 && culprit.localName !== "table"; depth++) {
    const wide = childrenOf(culprit).filter((child) => escapes(child) && isVisible(child)).slice(0, 8);
    const pusher = wide.find((child) => !escapesWithout(culprit, child));
    if (!pusher) break;
    culprit = pusher;
  }
  return culprit;
}

function escapesWithout(element, child) {
  const before = child.getAttribute("style");
  child.style.setProperty("display", "none", "important");
  const answer = escapes(element);
  if (before === null) child.removeAttribute("style");
  else child.setAttribute("style", before);
  return answer;
}

// Which elements make the page scroll sideways: the culprits, not their ancestors and not their contents.

function overflowing(elements) {
  const root = document.documentElement;
  const excess = root.scrollWidth - root.clientWidth;
  const cannotScroll = [root, document.body].some((element) => clips(getComputedStyle(element).overflowX));
  if (excess <= SLACK || cannotScroll) return [];
  const culprits = new Map();
  for (const element of [document.body, ...elements]) {
    if (culprits.size >= MOST_CULPRITS) break;
    if (!escapes(element) || (element !== document.body && escapes(element.parentElement))) continue;
    if (element !== document.body && !addsToScrolling(element)) continue;
    const culprit = whoPushes(element);
    culprits.set(culprit, { ...fact(culprit, textOf(culprit)) });
  }
  return [...culprits.values()];
}

/** How far the element, or a word of its own text, reaches past the window's edge that the page scrolls to. */
function reach(element) {
  const width = document.documentElement.clientWidth;
  const rightToLeft = getComputedStyle(document.documentElement).direction === "rtl";
  const rects = [element.getBoundingClientRect(), ...ownTextRects(element)].filter((rect) => rect.width > 0 && rect.height > 0);
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
 * where the column no longer sticks out once the child is taken away.
 */
function whoPushes(element) {
  let culprit = element;
  for (let depth = 0; depth < 12; depth++) {
    const wide = [...culprit.children].filter((child) => escapes(child) && isVisible(child));
    if (wide.length !== 1) break;
    const [child] = wide;
    const display = child.style.getPropertyValue("display");
    const priority = child.style.getPropertyPriority("display");
    child.style.setProperty("display", "none", "important");
    const stillEscapes = escapes(culprit);
    child.style.setProperty("display", display, priority);
    if (child.getAttribute("style") === "") child.removeAttribute("style");
    if (stillEscapes) break;
    culprit = child;
  }
  return culprit;
}

// Which texts are cut off in the middle, where nothing shows that there is more.
//
// Left out: an ellipsis, clamped lines, boxes that scroll, collapsed and visually hidden parts, carousels, faded ends.

function clipped(elements) {
  const facts = [];
  for (const element of elements) {
    if (facts.length >= MOST_CLIPPED) break;
    if (!hasOwnText(element) || element.matches("textarea, input, select, marquee")) continue;
    if (isCut(element) || isCutByWindow(element)) facts.push(fact(element, textOf(element)));
  }
  return facts;
}

function isCut(element) {
  const rects = ownTextRects(element);
  if (rects.length === 0) return false;
  const box = clippingBox(element);
  if (!box) return false;
  const edge = box.getBoundingClientRect();
  if (edge.width < 20 || edge.height < 10) return false; // visually hidden, collapsed
  return rects.some((rect) => {
    const sideways = rect.left < edge.right - 10 && rect.right > edge.right + Math.max(6, rect.width * 0.05);
    const downwards = rect.top < edge.bottom - 4 && rect.bottom > edge.bottom + rect.height * 0.35;
    const style = styleOf(box);
    return (sideways && clips(style.overflowX)) || (downwards && clips(style.overflowY));
  });
}

/** The box that may cut the element's text: itself or one of its two nearest ancestors; null where it is meant to. */
function clippingBox(element) {
  let node = element;
  for (let level = 0; level < 3 && node && node !== document.body; level++, node = node.parentElement) {
    const style = styleOf(node);
    if (style.position === "absolute" && level > 0) return null;
    const says = style.textOverflow === "ellipsis" || (style.webkitLineClamp !== "none" && style.webkitLineClamp !== "");
    const fades = style.maskImage !== "none" || style.clipPath !== "none" || style.animationName !== "none" || style.transform !== "none";
    if (says || fades || scrolls(style.overflowX) || scrolls(style.overflowY)) return null;
    if (clips(style.overflowX) || clips(style.overflowY)) {
      const folds = /^(0|[1-9]\d*)/.test(style.maxHeight) && style.maxHeight !== "none"; // "read more"
      return folds || node.closest("details, [aria-expanded], [aria-roledescription=carousel], [class*=carousel], [class*=slider], [class*=swiper], [class*=marquee], [class*=ticker], [class*=collapse]") ? null : node;
    }
  }
  return null;
}

/** Where the page hides what is too wide for the window, a text in the flow that starts inside and ends outside. */
function isCutByWindow(element) {
  const root = document.documentElement;
  if (![root, document.body].some((node) => clips(getComputedStyle(node).overflowX))) return false;
  const rects = ownTextRects(element);
  if (!rects.some((rect) => rect.left >= 0 && rect.left < root.clientWidth - 20 && rect.right > root.clientWidth + 8)) return false;
  const mayBeMeant = (style) =>
    style.position === "absolute" || style.position === "fixed" || style.transform !== "none" || style.animationName !== "none" || style.overflowX !== "visible";
  return !mayBeMeant(styleOf(element)) && !ancestor(element, mayBeMeant);
}

// Which texts are cut off, in the middle of a line or between two lines of one text, where nothing shows that there is
// more. One box that cuts is one fact, with the first of its texts that is cut.
//
// Left out: an ellipsis, clamped lines, boxes that scroll, collapsed and visually hidden parts, carousels, faded ends,
// and teasers, which lead to their whole text.

function clipped(elements) {
  const facts = new Map();
  for (const element of elements) {
    if (facts.size >= MOST_CLIPPED) break;
    if (!hasOwnText(element) || element.matches("textarea, input, select, marquee")) continue;
    const box = cutBy(element) ?? (isCutByWindow(element) ? element : null);
    if (box && !facts.has(box)) facts.set(box, fact(box, textOf(element)));
  }
  return [...facts.values()];
}

/** The box that cuts the element's text off, or null. */
function cutBy(element) {
  const rects = ownTextRects(element);
  if (rects.length === 0) return null;
  const box = clippingBox(element);
  if (!box) return null;
  const edge = box.getBoundingClientRect();
  if (edge.width < 20 || edge.height < 10) return null; // visually hidden, collapsed
  const style = styleOf(box);
  const sideways = (rect) => rect.left < edge.right - 10 && rect.right > edge.right + Math.max(6, rect.width * 0.05);
  const downwards = (rect) => rect.top < edge.bottom - 4 && rect.bottom > edge.bottom + rect.height * 0.35;
  if (clips(style.overflowX) && rects.some(sideways)) return box;
  if (clips(style.overflowY) && (rects.some(downwards) || losesLines(element, box, rects, edge))) return box;
  return null;
}

/** Whether whole lines of one text are gone below its own box, which then ends in the middle of a sentence. */
function losesLines(element, box, rects, edge) {
  const isGone = (rect) => rect.top > edge.bottom - 4 && rect.left < edge.right && rect.right > edge.left;
  return element === box && rects.some(isGone) && rects.some((rect) => rect.bottom < edge.bottom + 4) && !isTeaser(box);
}

/** A shortened text whose card leads to the whole: by a link around it or in its heading, or by a control for more. */
function isTeaser(box) {
  if (box.closest("a[href], button, summary, label")) return true;
  const card = box.closest("li, article, section, tr, [class*=card], [class*=item], [class*=teaser]") ?? box.parentElement;
  const linkedHeading = "h1 a[href], h2 a[href], h3 a[href], h4 a[href], h5 a[href], h6 a[href], a[href] :is(h1, h2, h3, h4, h5, h6)";
  if (card.querySelector(linkedHeading)) return true;
  const next = box.nextElementSibling;
  return Boolean(next?.matches("button, [role=button], [aria-expanded], [aria-controls]") || box.querySelector("button, [aria-expanded]") || /^(read |show |see )?more\b|…$|\.\.\.$/i.test(next?.textContent.trim() ?? ""));
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

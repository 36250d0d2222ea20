// Which texts and controls lie over each other in the flow of the page.
//
// Left out, as they may be intended: what is fixed or sticky, badges and icons placed over something that is no
// text, slides stacked in one place, floating labels, decorative type, negative margins of a few pixels.

const CONTROL = "button, input:not([type=hidden]), select, textarea, [role=button], summary";
const SAME_LINE = 0.5; // of the smaller one's height; lines of one paragraph overlap by less
const SAME_PLACE = 0.2; // of the smaller one's width

function overlaps(elements) {
  const places = elements.flatMap(placesOf).sort((one, other) => one.top - other.top).slice(0, 1500);
  const pairs = [];
  const seen = new Set();
  for (let index = 0; index < places.length && pairs.length < MOST_OVERLAPS; index++) {
    const one = places[index];
    for (let next = index + 1; next < places.length && places[next].top < one.bottom; next++) {
      const other = places[next];
      if (!cover(one, other) || !isMistake(one, other)) continue;
      const pair = [selectorOf(one.element), selectorOf(other.element)].sort().join("\n");
      if (seen.has(pair)) continue;
      seen.add(pair);
      const shared = commonAncestor(one.element, other.element);
      pairs.push([one, other].map(({ element }) => ({ ...fact(element, textOf(element) || element.localName), opaque: isOpaque(element, shared) })));
      if (pairs.length >= MOST_OVERLAPS) break;
    }
  }
  return pairs;
}

/** The lines of text and the control that the element itself puts on the page, each a little smaller than drawn. */
function placesOf(element) {
  if (element.matches(CONTROL)) return [placeOf(element, element.getBoundingClientRect(), true, 0)];
  if (!hasOwnText(element) || ancestor(element, (_, node) => node.matches(CONTROL))) return [];
  if (isFaint(element)) return [];
  return ownTextRects(element).map((rect) => placeOf(element, rect, false, 0.2));
}

function placeOf(element, rect, control, inset) {
  const shrink = rect.height * inset;
  return { element, control, left: rect.left, right: rect.right, top: rect.top + shrink, bottom: rect.bottom - shrink };
}

function isFaint(element) {
  const style = styleOf(element);
  const alpha = /rgba\(.*,\s*([\d.]+)\)/.exec(style.color);
  if (alpha && Number(alpha[1]) < 0.3) return true;
  if (style.webkitTextFillColor === "rgba(0, 0, 0, 0)" && style.backgroundClip !== "text") return true;
  let opacity = 1;
  for (let node = element; node && node !== document.body; node = node.parentElement) opacity *= Number(styleOf(node).opacity);
  return opacity < 0.3;
}

function cover(one, other) {
  const width = Math.min(one.right, other.right) - Math.max(one.left, other.left);
  const height = Math.min(one.bottom, other.bottom) - Math.max(one.top, other.top);
  if (width < 4 || height < 4) return false;
  const narrower = Math.min(one.right - one.left, other.right - other.left);
  const lower = Math.min(one.bottom - one.top, other.bottom - other.top);
  return height >= lower * SAME_LINE && width >= narrower * SAME_PLACE && insideTheirBoxes(one) && insideTheirBoxes(other);
}

/** Whether the place is drawn at all: not cut away by a box that clips or scrolls, be it the element's own. */
function insideTheirBoxes(place) {
  const cutsAway = (style, node) => {
    if (style.overflowX === "visible" && style.overflowY === "visible") return false;
    const rect = node.getBoundingClientRect();
    return place.left >= rect.right || place.right <= rect.left || place.top + 4 >= rect.bottom || place.bottom - 4 <= rect.top;
  };
  return !cutsAway(styleOf(place.element), place.element) && !ancestor(place.element, cutsAway);
}

function isMistake(one, other) {
  if (one.element === other.element || one.element.contains(other.element) || other.element.contains(one.element)) return false;
  const shared = commonAncestor(one.element, other.element);
  if (areLabelled(one.element, other.element) || shared.closest("svg, canvas, [class*=map], [contenteditable], [class*=editor]")) return false;
  const layers = [liftOf(one.element, shared), liftOf(other.element, shared)];
  if (layers.some((lift) => lift === "fixed" || lift === "sticky")) return false;
  const lifted = layers.filter((lift) => lift !== "flow").length;
  if (lifted === 2) return false; // slides stacked in one place
  if (one.control || other.control) return lifted === 0; // an icon or a clear button inside a field
  return !isDecoration(one.element, other.element);
}

function commonAncestor(one, other) {
  let node = one.parentElement;
  while (!node.contains(other)) node = node.parentElement;
  return node;
}

function areLabelled(one, other) {
  return [one, other].some((element) => {
    const label = element.closest("label");
    return label && (label.control === one || label.control === other || label.contains(one) === label.contains(other));
  });
}

/** How an element is taken out of the flow below an ancestor: flow, lifted, sticky or fixed. */
function liftOf(element, shared) {
  for (let node = element; node && node !== shared; node = node.parentElement) {
    const style = styleOf(node);
    if (style.position === "fixed" || style.position === "sticky") return style.position;
    if (style.position === "absolute") return "lifted";
    if (style.transform !== "none" && style.animationName !== "none") return "sticky"; // on the move
  }
  return "flow";
}

/** Huge type behind a heading is decoration. */
function isDecoration(one, other) {
  const sizes = [one, other].map((element) => Number.parseFloat(styleOf(element).fontSize));
  return Math.max(...sizes) / Math.min(...sizes) > 2.5 || textOf(one) === textOf(other);
}

/** Whether the element, up to the shared ancestor, paints over what lies below it. */
function isOpaque(element, shared) {
  for (let node = element; node && node !== shared; node = node.parentElement) {
    const style = styleOf(node);
    const alpha = /rgba\(.*,\s*([\d.]+)\)/.exec(style.backgroundColor);
    if (style.backgroundImage !== "none" || !alpha || Number(alpha[1]) > 0.5) return true;
  }
  return false;
}

// What may need the full inspection on this page though others of its template had it: a few words from cheap looks.
//
// `lacks-...`, `skips-...` and `wider-than-...` are suspicions, all else is only what the page has.

const WIDTHS_PROBED = [320, 480, 768, 1366]; // CSS pixels
const TOO_LARGE_TO_PROBE = 4000; // elements; a probe lays the page out twice
const HAS = "table, pre, iframe, video, audio, object, canvas, dialog, details, select, textarea, dl, progress, meter";
const LABELLED = "[aria-label], [aria-labelledby], [title]";

function traitsOf(body, elementCount) {
  const root = document.documentElement;
  const traits = new Set();
  for (const element of body.querySelectorAll(HAS)) traits.add(`has-${element.localName}`);
  for (const element of body.querySelectorAll("[role]")) traits.add(`role-${element.getAttribute("role").trim().slice(0, 20)}`);
  for (const field of body.querySelectorAll("input")) traits.add(`input-${field.type}`);
  traits.add(`elements-${Math.round(Math.log2(elementCount + 1) / 2)}`);
  if (!root.getAttribute("lang")?.trim()) traits.add("lacks-lang");
  for (const [trait, isMissing] of MISSING) if (isMissing(body)) traits.add(trait);
  if (skipsLevel(body)) traits.add("skips-heading-level");
  if (elementCount <= TOO_LARGE_TO_PROBE && hasRigidPart(body)) for (const width of widthsExceeded()) traits.add(`wider-than-${width}`);
  return [...traits].sort().slice(0, 60);
}

const isNameless = (element) =>
  !element.matches(LABELLED) && element.textContent.trim() === "" && !element.querySelector(`img[alt]:not([alt=""]), svg title, ${LABELLED}`);
const some = (selector, test) => (body) => [...body.querySelectorAll(selector)].some(test);
const MISSING = [
  ["lacks-button-name", some("button, [role=button], summary", isNameless)],
  ["lacks-link-name", some("a[href]", isNameless)],
  ["lacks-label", some("input:not([type=hidden], [type=submit], [type=button], [type=reset], [type=image]), select, textarea", (field) => !field.matches(LABELLED) && field.labels?.length === 0)],
  ["lacks-alt", some("img:not([alt])", (image) => !image.matches(`${LABELLED}, [role=presentation], [role=none]`))],
  ["lacks-frame-title", some("iframe", (frame) => !frame.matches(LABELLED))],
  ["lacks-header-cells", some("table", (table) => table.rows.length > 1 && !table.querySelector("th, [scope]"))],
  ["lacks-valid-aria", some("*", (element) => element.hasAttributes() && hasUnknownAria(element))],
];

const KNOWN_ARIA = new Set(
  ("activedescendant atomic autocomplete braillelabel brailleroledescription busy checked colcount colindex colindextext colspan controls " +
    "current describedby description details disabled dropeffect errormessage expanded flowto grabbed haspopup hidden invalid keyshortcuts " +
    "label labelledby level live modal multiline multiselectable orientation owns placeholder posinset pressed readonly relevant required " +
    "roledescription rowcount rowindex rowindextext rowspan selected setsize sort valuemax valuemin valuenow valuetext").split(" "),
);

function hasUnknownAria(element) {
  for (const name of element.getAttributeNames()) if (name.startsWith("aria-") && !KNOWN_ARIA.has(name.slice(5))) return true;
  return false;
}

function skipsLevel(body) {
  let last = 0;
  for (const heading of body.querySelectorAll("h1, h2, h3, h4, h5, h6")) {
    const level = Number(heading.localName[1]);
    if (last > 0 && level > last + 1) return true;
    last = level;
  }
  return false;
}

const UNBREAKABLE = /[^\s\u00ad\u200b-]{40}/;
const RIGID = new Set(["table", "pre", "iframe", "object", "embed", "video", "canvas"]);

/**
 * Whether anything may keep its width in a narrower window. Laying the page out twice costs more than all else here
 * together, and most pages give way as a whole.
 */
function hasRigidPart(body) {
  const [narrow] = WIDTHS_PROBED;
  for (const element of body.getElementsByTagName("*")) {
    if (element.getBoundingClientRect().width <= narrow) continue;
    if (RIGID.has(element.localName) || (element.childElementCount === 0 && UNBREAKABLE.test(element.textContent))) return true;
    const style = element.computedStyleMap();
    const fixed = (name) => style.get(name)?.unit === "px" && style.get(name).value > narrow;
    if (fixed("min-width")) return true;
    const limited = style.get("max-width")?.value !== "none";
    if (!limited && (fixed("width") || element.localName === "img")) return true;
    if (style.get("white-space-collapse") && style.get("text-wrap-mode")?.value === "nowrap" && element.childElementCount === 0) return true;
  }
  return false;
}

/**
 * The widths that the content does not fit into, were the page laid out as narrow as the first of them. A style sheet
 * of our own does that: observers of the page see no change, and nothing is drawn before it is gone.
 */
function widthsExceeded() {
  if (document.compatMode === "BackCompat") return []; // in quirks mode the body scrolls as wide as the window is
  const sheets = [...document.adoptedStyleSheets]; // a copy: the list itself changes with the assignment
  const sheet = new CSSStyleSheet();
  const narrow = `${WIDTHS_PROBED[0]}px`;
  sheet.replaceSync(`:root { width: ${narrow} !important; min-width: 0 !important; max-width: ${narrow} !important; transition: none !important }`);
  try {
    document.adoptedStyleSheets = [...sheets, sheet];
    const width = document.body?.scrollWidth ?? 0;
    return WIDTHS_PROBED.filter((most) => width > most + 2);
  } finally {
    document.adoptedStyleSheets = sheets;
  }
}

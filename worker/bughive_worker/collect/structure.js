// The page's structure as hashes: what pages of one template have in common, whatever they say.
//
// A feature is an element with its two nearest ancestors, named by tag and stable classes. A set of them
// knows no repetition, so 3 reviews and 20 are the same. Left out: text, shared chrome, dialogs, inline
// elements, and the free order of paragraphs, lists and headings inside rich text.

const INLINE = new Set(
  "a abbr b bdi bdo br cite code del dfn em i ins kbd label mark q s samp small span strong sub sup svg time u var wbr img picture".split(" "),
);
const IGNORED = new Set("script style link meta noscript template source param track option col colgroup".split(" "));
const PROSE = new Set("p ul ol li dl dt dd blockquote pre h1 h2 h3 h4 h5 h6 hr table thead tbody tfoot tr td th caption figure figcaption details summary address".split(" "));
const UNBENDING = new Set(["table", "pre"]); // even in rich text: they are what a narrow window breaks
const MOST_FEATURES = 256;
const DEEPEST = 9;

function structureOf(root, most) {
  const features = new Set();
  let visited = 0;
  const walk = (element, depth, parent, grandparent) => {
    const rich = paragraphsIn(element) >= 2;
    for (let child = element.firstElementChild; child; child = child.nextElementSibling) {
      if (++visited > most) return;
      const tag = child.localName;
      if (IGNORED.has(tag) || INLINE.has(tag) || isAside(child)) continue;
      const names = stableClasses(child, 3);
      const prose = rich && PROSE.has(tag) && names.length === 0;
      if (prose && !UNBENDING.has(tag)) continue;
      const token = tokenOf(child, tag, names);
      features.add(hash(`${grandparent}>${parent}>${token}`));
      if (depth < DEEPEST && !prose) walk(child, depth + 1, token, parent);
    }
  };
  walk(root, 0, "root", "");
  const sorted = [...features].sort((a, b) => a - b);
  return sorted.slice(0, MOST_FEATURES); // the smallest hashes of a set are a fair sample of it
}

function tokenOf(element, tag, names) {
  const kind = tag === "input" ? `[${element.type}]` : "";
  return `${tag}${kind}.${names.sort().join(".")}`;
}

function paragraphsIn(element) {
  let count = 0;
  for (let child = element.firstElementChild; child && count < 2; child = child.nextElementSibling) {
    if (child.localName === "p" && child.classList.length === 0) count++;
  }
  return count;
}

function isAside(element) {
  return element.localName === "aside" || element.localName === "dialog" || element.matches("[role=dialog], [aria-modal=true]") || inChrome(element);
}

/** FNV-1a, 32 bits. */
function hash(text) {
  let value = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    value = Math.imul(value ^ text.charCodeAt(index), 0x01000193);
  }
  return value >>> 0;
}

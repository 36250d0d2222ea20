// Gathers what detectors need of one page, in one call. Every list and every walk has an end.

const MOST_NODES = 20000;
const MOST_LINKS = 3000;
const MOST_IMAGES = 500;
const MOST_RESOURCES = 1000;
const MOST_DUPLICATES = 50;

/** `window` may be without the init script where the document was made without one. */
function collect() {
  const natively = window[Symbol.for("bughive")]?.natively ?? ((call) => call());
  return natively(gather);
}

function gather() {
  const body = document.body || document.documentElement;
  const texts = readTexts(body, MOST_NODES);
  const duplicates = duplicateIds();
  const elementCount = document.getElementsByTagName("*").length;
  return toText({
    dom: {
      title: titleOf(document).slice(0, 500),
      lang: document.documentElement.lang || "",
      description: metaContent("meta[name=description i]").slice(0, 1000),
      canonical: document.querySelector("link[rel=canonical][href]")?.href ?? null,
      content_security_policy: metaContent("meta[http-equiv=content-security-policy i]").slice(0, 2000),
      text_length: texts.length,
      content: texts.content > 0 || mediaCount(`:not(:is(${FRAME}) *)`, 1) > 0 || document.querySelector("h1") !== null,
      icons: icons(),
      media_count: mediaCount("*", 10),
      code_blocks: document.querySelectorAll("pre, code").length,
      links: links(),
      images: images(),
      duplicate_ids: duplicates,
      referenced_ids: referencedIds(duplicates),
      suspicious_texts: texts.suspicious,
      garbled_texts: texts.garbled,
      element_count: elementCount,
      features: structureOf(document.querySelector("main, [role=main]") || body, MOST_NODES),
      mixed_content: mixedContent(),
      traits: options?.traits === false ? [] : traitsOf(body, elementCount),
    },
    timings: timings(),
    network: network(),
    rejections: window[Symbol.for("bughive")]?.rejections ?? [],
  });
}

/** The document's title; `document.title` may be an image of that name. */
function titleOf(page) {
  return Object.getOwnPropertyDescriptor(Document.prototype, "title").get.call(page);
}

function metaContent(selector) {
  return document.querySelector(selector)?.content?.trim() ?? "";
}

function links() {
  const byKey = new Map();
  for (const anchor of document.querySelectorAll("a[href], area[href]")) {
    if (byKey.size >= MOST_LINKS) break;
    if (anchor.protocol !== "http:" && anchor.protocol !== "https:") continue;
    const rel = anchor.rel;
    const key = `${anchor.href}\n${rel}`;
    if (byKey.has(key)) continue;
    const text = (anchor.textContent.trim() || anchor.getAttribute("aria-label") || "").replace(/\s+/g, " ").slice(0, 120);
    byKey.set(key, { url: anchor.href, text, selector: selectorOf(anchor), rel, in_chrome: inChrome(anchor) });
  }
  return [...byKey.values()];
}

function images() {
  const facts = [];
  for (const image of document.querySelectorAll("img")) {
    if (facts.length >= MOST_IMAGES) break;
    const url = image.currentSrc || image.src;
    if (!/^https?:/.test(url)) continue;
    facts.push({
      url,
      selector: selectorOf(image),
      alt: image.getAttribute("alt"),
      natural_width: image.naturalWidth,
      complete: image.complete,
      box: isVisible(image) ? boxOf(image) : null,
      in_chrome: inChrome(image),
    });
  }
  return facts;
}

function mediaCount(which, most) {
  let count = 0;
  for (const element of document.querySelectorAll(`:is(img, svg, canvas, video, iframe, object, embed, input, select, textarea, button)${which === "*" ? "" : which}`)) {
    if (count >= most) break;
    const rect = element.getBoundingClientRect();
    if (rect.width > 4 && rect.height > 4 && isVisible(element)) count++;
  }
  return count;
}

/** What browsers and phones load for themselves, which the page's own network log does not show. */
function icons() {
  const facts = new Map();
  for (const link of document.querySelectorAll("link[rel~=icon i][href], link[rel^=apple-touch-icon i][href], link[rel=mask-icon i][href], link[rel=manifest i][href]")) {
    if (facts.size < 20 && /^https?:/.test(link.href)) facts.set(link.href, { url: link.href, text: link.rel, selector: `link[rel="${CSS.escape(link.rel)}"]`, rel: link.rel, in_chrome: true });
  }
  return [...facts.values()];
}

function duplicateIds() {
  const seen = new Set();
  const facts = new Map();
  for (const element of document.querySelectorAll("[id]")) {
    const id = element.getAttribute("id");
    // Copies of one inlined drawing repeat its inner ids; nothing refers to them from outside.
    if (id === "" || element.ownerSVGElement) continue;
    if (!seen.has(id)) seen.add(id);
    else if (!facts.has(id) && facts.size < MOST_DUPLICATES) facts.set(id, fact(element, id));
  }
  return [...facts.values()];
}

function referencedIds(duplicates) {
  return duplicates.map((duplicate) => duplicate.text).filter((id) => {
    const name = CSS.escape(id);
    return document.querySelector(
      `label[for="${name}"], a[href="#${name}"], [aria-labelledby~="${name}"], [aria-describedby~="${name}"], [aria-controls~="${name}"]`,
    );
  });
}

function mixedContent() {
  if (location.protocol !== "https:") return [];
  const found = new Set();
  for (const element of document.querySelectorAll("script[src], link[rel~=stylesheet][href], iframe[src], img[src], audio[src], video[src], source[src], embed[src], object[data], form[action]")) {
    const url = element.localName === "form" ? element.action : element.src || element.href || element.data;
    if (typeof url === "string" && url.startsWith("http:") && found.size < 100) found.add(url);
  }
  return [...found];
}

/** The buffered entries of one type; null where the browser does not know the type. */
function buffered(type) {
  if (!PerformanceObserver.supportedEntryTypes.includes(type)) return null;
  const observer = new PerformanceObserver(() => {});
  observer.observe({ type, buffered: true });
  const entries = observer.takeRecords();
  observer.disconnect();
  return entries;
}

function timings() {
  const navigation = performance.getEntriesByType("navigation")[0];
  const paints = buffered("largest-contentful-paint");
  const tasks = buffered("longtask");
  return {
    ttfb: navigation?.responseStart || null,
    dom_content_loaded: navigation?.domContentLoadedEventEnd || null,
    load: navigation?.loadEventEnd || null,
    lcp: paints?.length ? paints[paints.length - 1].startTime : null,
    cls: layoutShift(buffered("layout-shift")),
    long_tasks: tasks && tasks.reduce((sum, task) => sum + Math.max(0, task.duration - 50), 0),
  };
}

/** The worst window of shifts: at most 5 s long, with gaps under 1 s, as Core Web Vitals counts it. */
function layoutShift(entries) {
  if (!entries) return null;
  let [worst, sum, first, last] = [0, 0, 0, 0];
  for (const entry of entries) {
    if (entry.hadRecentInput) continue;
    if (sum > 0 && entry.startTime - last < 1000 && entry.startTime - first < 5000) sum += entry.value;
    else [sum, first] = [entry.value, entry.startTime];
    last = entry.startTime;
    worst = Math.max(worst, sum);
  }
  return worst;
}

const INITIATORS = { img: "image", image: "image", link: "stylesheet", xmlhttprequest: "xhr", video: "media", audio: "media", iframe: "frame", frame: "frame", navigation: "document" };

function network() {
  return performance.getEntriesByType("resource").slice(0, MOST_RESOURCES).filter((entry) => /^https?:/.test(entry.name)).map((entry) => ({
    url: entry.name,
    resource_type: typeOf(entry),
    status: entry.responseStatus || null,
    duration_ms: Math.round(entry.duration),
    transfer_bytes: entry.transferSize || 0,
  }));
}

/** What a style sheet or a link brought in shows only in the address. */
function typeOf(entry) {
  if (entry.initiatorType !== "css" && entry.initiatorType !== "link") return INITIATORS[entry.initiatorType] || entry.initiatorType || "other";
  const path = entry.name.split(/[?#]/)[0].toLowerCase();
  if (/\.(woff2?|ttf|otf|eot)$/.test(path)) return "font";
  if (/\.(png|jpe?g|gif|webp|avif|svg|ico)$/.test(path)) return "image";
  if (/\.m?js$/.test(path)) return "script";
  if (entry.initiatorType === "css") return /\.css$/.test(path) ? "stylesheet" : "image";
  return /\.css$/.test(path) || entry.renderBlockingStatus === "blocking" ? "stylesheet" : "other";
}

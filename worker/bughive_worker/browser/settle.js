// Waits until the page's own scripts have come to rest, then says which document this is.
async ({ quietMs, mostMs }) => {
  const state = window[Symbol.for("bughive.settle")] ?? { inFlight: 0, entries: () => [] };
  const refresh = parseFloat(document.querySelector("meta[http-equiv=refresh i]")?.content);
  if (refresh <= 1) await new Promise((resolve) => setTimeout(resolve, refresh * 1000 + 1000)); // it goes on by itself
  const isScript = (script) => !script.type || /javascript|module/.test(script.type);
  const scripted = [...document.scripts].some(isScript);
  if (scripted && mostMs > 0) {
    let changedAt = performance.now();
    const end = changedAt + mostMs;
    const observer = new MutationObserver(() => { changedAt = performance.now(); });
    observer.observe(document, { childList: true, characterData: true, subtree: true });
    for (;;) {
      const now = performance.now();
      const left = Math.min(state.inFlight > 0 ? quietMs : changedAt + quietMs - now, end - now);
      if (left <= 0) break;
      await new Promise((resolve) => setTimeout(resolve, left));
    }
    observer.disconnect();
  }
  const navigation = state.entries("navigation")[0];
  return {
    url: navigation ? navigation.name : location.href,
    status: (navigation && navigation.responseStatus) || null,
    bytes: navigation ? navigation.decodedBodySize : 0,
    elements: document.getElementsByTagName("*").length,
  };
}

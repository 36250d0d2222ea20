// Waits until the page's own scripts have come to rest, then says which document this is, and what the collector finds
// in it: one round trip, as each lets the page draw once more. A page that has nothing left to do is not waited for.
async ({ quietMs, mostMs, mostAnswerMs, answeredMs, mostElements, mostBytes, traits }) => {
  const state = window[Symbol.for("bughive.settle")] ??
    { inFlight: new Set(), answeredAt: -Infinity, busyUntil: 0, entries: () => [] };
  const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
  const refresh = parseFloat(document.querySelector("meta[http-equiv=refresh i]")?.content);
  if (refresh <= 1) await pause(refresh * 1000 + 1000); // it goes on by itself
  const start = performance.now();
  if (state.inFlight.size > 0 || state.answeredAt + answeredMs > start || state.busyUntil > start || state.scheduled) {
    const asked = [...state.inFlight]; // a page that polls asks for ever, so what is asked from now on is waited for less
    const lastAnswer = start + mostAnswerMs;
    let end = start + mostMs;
    let changedAt = start;
    const observer = new MutationObserver(() => { changedAt = performance.now(); });
    observer.observe(document, { childList: true, characterData: true, subtree: true });
    const busyUntil = Math.min(state.busyUntil, end); // as it is now: our own timers are noted too
    for (;;) {
      const now = performance.now();
      if (now < lastAnswer && asked.some((request) => state.inFlight.has(request))) end = now + mostMs;
      const quietAt = Math.max(changedAt, busyUntil, state.answeredAt + answeredMs) + quietMs;
      const left = Math.min(state.inFlight.size > 0 ? quietMs : quietAt - now, end - now);
      if (left <= 0) break;
      await pause(left);
    }
    observer.disconnect();
  }
  const navigation = state.entries("navigation")[0];
  const bytes = navigation ? navigation.decodedBodySize : 0;
  const elements = document.getElementsByTagName("*").length;
  const collect = window[Symbol.for("bughive")]?.collect; // missing where the document allows no scripts
  let facts = null;
  if (collect && elements <= mostElements && bytes <= mostBytes) {
    try {
      facts = collect({ traits });
    } catch {} // the page has bent the language; whoever asks again is told how
  }
  return {
    url: navigation ? navigation.name : location.href,
    status: (navigation && navigation.responseStatus) || null,
    bytes,
    elements,
    facts,
  };
}

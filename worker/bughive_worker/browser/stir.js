// Watches for anything at all that happens on a page: changes of the document, scrolling, another element in focus.
// Returns how often it did; the first call begins to watch, and says 0.
() => {
  const key = Symbol.for("bughive.stir");
  const place = () => `${scrollX} ${scrollY}`;
  if (!window[key]) {
    const state = { changes: 0, place: place() };
    const observer = new MutationObserver((records) => { state.changes += records.length; });
    observer.observe(document, { attributes: true, childList: true, characterData: true, subtree: true });
    Object.defineProperty(window, key, { value: { state, observer } });
    return 0;
  }
  const { state, observer } = window[key];
  state.changes += observer.takeRecords().length;
  return state.changes + (state.place === place() ? 0 : 1);
}

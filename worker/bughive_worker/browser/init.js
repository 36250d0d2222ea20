// Runs in every document before the page's own scripts: what waiting for a page to settle needs.
(() => {
  const key = Symbol.for("bughive.settle");
  if (window[key] || window.top !== window) return;
  const state = { inFlight: 0, entries: performance.getEntriesByType.bind(performance) };
  Object.defineProperty(window, key, { value: state });

  const nativeFetch = window.fetch;
  window.fetch = function fetch() {
    state.inFlight++;
    const done = () => { state.inFlight--; };
    const answer = nativeFetch.apply(this, arguments);
    answer.then(done, done);
    return answer;
  };
  const send = XMLHttpRequest.prototype.send;
  XMLHttpRequest.prototype.send = function () {
    state.inFlight++;
    this.addEventListener("loadend", () => { state.inFlight--; }, { once: true });
    return send.apply(this, arguments);
  };

  // A worker that answers from its cache would hide what the server says. A registration that never settles
  // is what pages must expect anyway; one that fails would be reported as the page's own error.
  if (navigator.serviceWorker) {
    ServiceWorkerContainer.prototype.register = () => new Promise(() => {});
  }
})();

// Runs in every document before the page's own scripts: notes what a page has still to do when it has loaded.
(() => {
  const key = Symbol.for("bughive.settle");
  if (window[key] || window.top !== window) return;
  const state = { inFlight: 0, busyUntil: 0, scheduled: false, entries: performance.getEntriesByType.bind(performance) };
  Object.defineProperty(window, key, { value: state });
  const now = performance.now.bind(performance);
  const SOON = 1000; // milliseconds; what is put off for longer is not waited for

  // A proxy behaves, and prints itself, like what it stands for.
  const note = (owner, name, before) => {
    owner[name] = new Proxy(owner[name], {
      apply(target, self, args) {
        before(self, args);
        const result = Reflect.apply(target, self, args);
        if (name === "fetch") result.then(answered, answered);
        return result;
      },
    });
  };
  const answered = () => {
    state.inFlight--;
    state.busyUntil = Math.max(state.busyUntil, now() + 100); // the page acts on it, and its timing is noted, a moment later
  };
  note(window, "fetch", () => { state.inFlight++; });
  note(XMLHttpRequest.prototype, "send", (request) => {
    state.inFlight++;
    request.addEventListener("loadend", answered, { once: true });
  });
  note(window, "setTimeout", (_, [, delay]) => {
    if (!(delay > SOON)) state.busyUntil = Math.max(state.busyUntil, now() + (+delay || 0));
  });
  const schedules = () => { state.scheduled = true; };
  note(window, "requestAnimationFrame", schedules);
  note(window, "requestIdleCallback", schedules);
  note(MessagePort.prototype, "postMessage", schedules);

  // A worker that answers from its cache would hide what the server says. A registration that never settles
  // is what pages must expect anyway; one that fails would be reported as the page's own error.
  if (navigator.serviceWorker) {
    ServiceWorkerContainer.prototype.register = () => new Promise(() => {});
  }
})();

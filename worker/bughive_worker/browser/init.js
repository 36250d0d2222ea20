// Runs in every document before the page's own scripts: notes what a page has still to do when it has loaded.
(() => {
  const key = Symbol.for("bughive.settle");
  if (window[key] || window.top !== window) return;
  const now = performance.now.bind(performance);
  const state = {
    inFlight: new Set(), // requests without an answer, and answers whose body is still being read
    answeredAt: -Infinity,
    busyUntil: 0,
    scheduled: false,
    entries: performance.getEntriesByType.bind(performance),
  };
  Object.defineProperty(window, key, { value: state });
  const SOON = 1000; // milliseconds; what is put off for longer is not waited for

  // A proxy behaves, and prints itself, like what it stands for.
  const note = (owner, name, around) => {
    owner[name] = new Proxy(owner[name], {
      apply: (target, self, args) => around(() => Reflect.apply(target, self, args), self, args),
    });
  };
  const begin = () => {
    const request = {};
    state.inFlight.add(request);
    return () => {
      state.inFlight.delete(request);
      state.answeredAt = now();
    };
  };
  const follow = (call) => {
    const promise = call();
    const end = begin();
    promise.then(end, end);
    return promise;
  };
  note(window, "fetch", follow); // settles with the headers
  for (const name of ["arrayBuffer", "blob", "bytes", "formData", "json", "text"]) {
    if (name in Response.prototype) note(Response.prototype, name, follow);
  }
  note(XMLHttpRequest.prototype, "send", (call, request) => {
    const end = begin();
    request.addEventListener("loadend", end, { once: true });
    try {
      return call();
    } catch (error) {
      end(); // it was never sent
      throw error;
    }
  });
  note(window, "setTimeout", (call, _, [, delay]) => {
    if (!(delay > SOON)) state.busyUntil = Math.max(state.busyUntil, now() + (+delay || 0));
    return call();
  });
  const schedule = (call) => {
    state.scheduled = true;
    return call();
  };
  note(window, "requestAnimationFrame", schedule);
  note(window, "requestIdleCallback", schedule);
  note(MessagePort.prototype, "postMessage", schedule);

  // A worker that answers from its cache would hide what the server says. A registration that never settles
  // is what pages must expect anyway; one that fails would be reported as the page's own error.
  if (navigator.serviceWorker) {
    ServiceWorkerContainer.prototype.register = () => new Promise(() => {});
  }
})();

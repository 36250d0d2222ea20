// Runs in every document before the page's own scripts. Leaves one hidden record under a symbol.
((USED, collect) => {
  const key = Symbol.for("bughive");
  if (window[key] || window.top !== window) return;
  const rejections = [];
  Object.defineProperty(window, key, { value: { rejections, collect, natively: nativeBuiltIns() } });
  performance.setResourceTimingBufferSize(2000);
  // The browser reports a rejection like an exception; only this event tells them apart.
  const describe = (reason) => {
    if (reason instanceof Error) return reason.message;
    return typeof reason === "object" && reason !== null ? "Object" : String(reason);
  };
  addEventListener("unhandledrejection", (event) => {
    if (rejections.length < 50) rejections.push(describe(event.reason).slice(0, 500));
  });

  /**
   * Pages replace what the language and the document offer, sometimes by what behaves otherwise. Returns a function that
   * calls another one with the browser's own, and gives the page its own back afterwards.
   */
  function nativeBuiltIns() {
    const { defineProperty, getOwnPropertyDescriptor } = Object;
    const owners = [Element, Node, Document, HTMLElement, Array, String, Map, Set, RegExp, Range, DOMTokenList].map((type) => type.prototype);
    owners.push(Array, Object, JSON, Math, Number, CSS, Performance.prototype, NodeList.prototype);
    const natives = owners.map((owner) => {
      const own = USED.map((name) => [name, getOwnPropertyDescriptor(owner, name)]);
      return [owner, own.filter(([, native]) => native?.configurable && typeof native.value === "function")];
    });
    return (call) => {
      const theirs = [];
      for (let at = 0; at < natives.length; at++) {
        const [owner, properties] = natives[at];
        for (let index = 0; index < properties.length; index++) {
          const [name, own] = properties[index];
          const present = getOwnPropertyDescriptor(owner, name);
          if (present && present.value === own.value) continue;
          if (present && !present.configurable) continue;
          theirs[theirs.length] = [owner, name, present];
          defineProperty(owner, name, own);
        }
      }
      try {
        return call();
      } finally {
        for (let at = 0; at < theirs.length; at++) {
          const [owner, name, present] = theirs[at];
          if (present) defineProperty(owner, name, present);
          else delete owner[name];
        }
      }
    };
  }
})(/* the names of the methods that the collector calls */, /* the collector */);

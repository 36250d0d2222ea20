// Brings the bug into view and tells where it is: [x, y, width, height] of each element, in pixels of the window.
// A page may have put anything in the place of what is called here: then nothing is told.
({ selector, box, most }) => {
  const matching = () => {
    try { return selector ? document.querySelectorAll(selector) : []; } catch { return []; /* of a page without it */ }
  };
  const shown = (at) => at.width >= 1 && at.height >= 1;
  const inside = (at) => at.right > 0 && at.bottom > 0 && at.left < innerWidth && at.top < innerHeight;
  try {
    const found = [];
    const all = matching();
    for (let i = 0; i < all.length && i < 500; i++) found.push(all[i]);
    const first = found.find((element) => shown(element.getBoundingClientRect())) ?? found[0];
    if (first) first.scrollIntoView({ block: "center", inline: "nearest", behavior: "instant" });
    else scrollTo({ top: box ? Math.max(0, box.y + box.height / 2 - innerHeight / 2) : 0, behavior: "instant" });
    if (!first) return box ? [[box.x - scrollX, box.y - scrollY, box.width, box.height]] : [];
    const places = [];
    for (const element of found) {
      const at = element.getBoundingClientRect();
      if (shown(at) && inside(at) && places.length < most) places.push([at.x, at.y, at.width, at.height]);
    }
    return places;
  } catch {
    return [];
  }
}

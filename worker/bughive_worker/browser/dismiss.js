// Clicks each element that is visible, once; waits a moment for the first of them.
async ({ selectors, mostMs }) => {
  const visible = () => selectors.map((selector) => {
    try {
      return [...document.querySelectorAll(selector)].find((element) => element.checkVisibility({ visibilityProperty: true }));
    } catch {
      return undefined; // no CSS: it dismisses nothing
    }
  }).filter(Boolean);
  const end = performance.now() + mostMs;
  while (!visible().length && performance.now() < end) await new Promise((resolve) => setTimeout(resolve, 50));
  const buttons = visible();
  for (const button of buttons) if (button.isConnected) button.click();
  return buttons.length;
}

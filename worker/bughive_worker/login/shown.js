// What a page shows of being logged in: a password field, and what the check of the spec asks for.
({ selector, text }) => {
  const seen = (e) => e.getClientRects().length > 0 && getComputedStyle(e).visibility !== "hidden" && !e.disabled;
  let found = null;
  try {
    found = selector && document.querySelector(selector);
  } catch {
    // no selector at all
  }
  return {
    url: location.href,
    password: [...document.querySelectorAll("input[type=password]")].some(seen),
    selector: Boolean(found),
    text: Boolean(text && document.body?.innerText.includes(text)),
  };
}

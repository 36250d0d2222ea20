// Finds the parts of a login form. What the spec names is looked for as named; the rest by what such forms have in common.
({ username, password, submit }) => {
  const TEXT = "input:not([type]), input[type=text], input[type=email], input[type=tel]";
  const NAMED = /user|e-?mail|login|log-in|account|benutzer|kennung|nutzer|usuario|utilisateur|correo/i;
  const SAYS = /^\s*(log ?in|sign ?in|next|continue|submit|anmelden|einloggen|weiter|se connecter|connexion|iniciar sesión|entrar|accedi|inloggen)\b/i;
  const seen = (e) =>
    e.getClientRects().length > 0 && getComputedStyle(e).visibility !== "hidden" && !e.disabled && !e.readOnly;
  const all = (root, selector) => {
    try {
      return [...root.querySelectorAll(selector)].filter(seen);
    } catch {
      return []; // no selector at all
    }
  };
  const named = (e) =>
    /username|email/.test(e.autocomplete) || e.type === "email" || NAMED.test(`${e.name} ${e.id} ${e.placeholder}`);
  const secret = all(document, password ?? "input[type=password]")[0] ?? null;
  const texts = all(secret?.form ?? document, TEXT);
  const before = texts.filter((e) => secret && e.compareDocumentPosition(secret) & Node.DOCUMENT_POSITION_FOLLOWING);
  const user = username
    ? all(document, username)[0] ?? null
    : before.filter(named).at(-1) ?? before.at(-1) ?? texts.find(named) ?? null;
  const form = (secret ?? user)?.form ?? null;
  const buttons = form
    ? all(form, "button:not([type=button]):not([type=reset]), input[type=submit], input[type=image]")
    : all(document, "button, input[type=submit], [role=button]").filter((e) => SAYS.test(e.innerText || e.value || ""));
  const button = submit ? all(document, submit)[0] ?? null : buttons[0] ?? null;
  const action = button?.getAttribute("formaction") || form?.getAttribute("action") || "";
  return { user, secret, button, action: new URL(action, document.baseURI).href };
}

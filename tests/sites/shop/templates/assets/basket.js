const KEY = "hollow-kettle-basket";

export function readBasket() {
  return JSON.parse(localStorage.getItem(KEY) ?? "[]");
}

export function writeBasket(lines) {
  localStorage.setItem(KEY, JSON.stringify(lines));
  window.dispatchEvent(new Event("basket"));
}

export function addToBasket(slug, size, quantity) {
  const lines = readBasket();
  const same = lines.find((line) => line.slug === slug && line.size === size);
  if (same) same.quantity += quantity;
  else lines.push({ slug, size, quantity });
  writeBasket(lines);
}

export function money(pence) {
  return "£" + (pence / 100).toFixed(2);
}

/** The basket's lines with their products. */
export async function pricedBasket() {
  const products = await (await fetch("/api/products")).json();
  const bySlug = new Map(products.map((product) => [product.slug, product]));
  return readBasket()
    .filter((line) => bySlug.has(line.slug))
    .map((line) => ({ ...line, product: bySlug.get(line.slug), pence: bySlug.get(line.slug).sizes[line.size].pence }));
}

import { money, pricedBasket, readBasket, writeBasket } from "/assets/basket.js";

const lines = document.querySelector("[data-lines]");
const delivery = await (await fetch("/api/delivery")).json();
const set = (name, text) => (document.querySelector(`[data-${name}]`).textContent = text);

function part(name, properties, ...children) {
  const made = Object.assign(document.createElement(name), properties);
  made.append(...children);
  return made;
}

function lineFor(line, index) {
  const number = part("input", { type: "number", min: 1, max: 20, value: line.quantity, ariaLabel: `Number of ${line.product.name}` });
  number.addEventListener("change", () => change(index, Number(number.value)));
  const remove = part("button", { type: "button", className: "button-quiet", ariaLabel: `Remove ${line.product.name}` }, "Remove");
{% if bug('cart-removes-first') %}
  remove.addEventListener("click", () => change(0, 0));
{% else %}
  remove.addEventListener("click", () => change(index, 0));
{% endif %}
  return part("article", { className: "line" },
    part("img", { src: line.product.picture, alt: "", width: 80, height: 80 }),
    part("div", {},
      part("h2", {}, part("a", { href: line.product.path }, line.product.name)),
      part("p", { className: "muted" }, line.product.sizes[line.size].label),
      part("div", { className: "line-actions" }, number, remove)),
    part("p", { className: "price" }, money(line.pence * line.quantity)));
}

function change(index, quantity) {
  const basket = readBasket();
  if (quantity > 0) basket[index].quantity = Math.min(20, quantity);
  else basket.splice(index, 1);
  writeBasket(basket);
  show();
}

function deliveryFor(goods, count) {
{% if bug('cart-empty-nan') %}
  const perItem = goods / count;
  return goods >= delivery.free_from ? 0 : Math.min(delivery.standard, perItem);
{% else %}
  return goods >= delivery.free_from || count === 0 ? 0 : delivery.standard;
{% endif %}
}

async function show() {
  const basket = await pricedBasket();
{% if bug('cart-total-ignores-quantity') %}
  const goods = basket.reduce((sum, line) => sum + line.pence, 0);
{% else %}
  const goods = basket.reduce((sum, line) => sum + line.pence * line.quantity, 0);
{% endif %}
  const cost = deliveryFor(goods, basket.length);
  lines.replaceChildren(...basket.map(lineFor));
  document.querySelector("[data-empty]").hidden = basket.length > 0;
  set("goods", money(goods));
  set("delivery", money(cost));
  set("total", money(goods + cost));
}
show();

document.querySelector("[data-coupon]").addEventListener("submit", (event) => {
  event.preventDefault();
{% if not bug('cart-voucher-does-nothing') %}
  const code = new FormData(event.target).get("coupon").trim();
  set("coupon-answer", code ? `We do not know the code ${code}.` : "Please type a code first.");
{% endif %}
});

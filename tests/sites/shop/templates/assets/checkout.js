import { money, pricedBasket } from "/assets/basket.js";

const rows = (await pricedBasket()).map((line) => {
  const row = document.createElement("tr");
  for (const text of [line.product.name, line.quantity, money(line.pence * line.quantity)]) {
    const cell = document.createElement("td");
    cell.textContent = text;
    row.append(cell);
  }
  return row;
});
if (rows.length > 0) document.querySelector("[data-order]").replaceChildren(...rows);
{% if bug('checkout-payment-console-error') %}

const publishableKey = document.querySelector("meta[name=payment-key]")?.content;
if (!publishableKey) console.error("PaymentElement: no publishable key was given, card fields are not encrypted");
{% endif %}

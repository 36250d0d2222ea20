import { addToBasket, money } from "/assets/basket.js";
import { showReviews } from "/assets/reviews.js";

const slug = document.querySelector("[data-product]").dataset.product;
const quantity = document.querySelector("[data-quantity]");
const size = document.querySelector("[data-size]");
const price = document.querySelector("[data-price]");

showReviews(slug, document.querySelector("[data-reviews]"));

for (const thumb of document.querySelectorAll("[data-picture]")) {
  thumb.addEventListener("click", () => {
    document.querySelector("[data-main-picture]").src = thumb.dataset.picture;
    for (const other of document.querySelectorAll("[data-picture]")) other.setAttribute("aria-pressed", String(other === thumb));
  });
}

const tabs = [...document.querySelectorAll("[role=tab]")];
function select(tab) {
  for (const other of tabs) {
    other.setAttribute("aria-selected", String(other === tab));
    document.getElementById(other.getAttribute("aria-controls")).hidden = other !== tab;
  }
}
{% if bug('product-delivery-tab-dead') %}
for (const tab of tabs.slice(0, 2)) tab.addEventListener("click", () => select(tab));
{% else %}
for (const tab of tabs) tab.addEventListener("click", () => select(tab));
{% endif %}

function step(by) {
{% if bug('product-negative-quantity') %}
  quantity.value = Number(quantity.value) + by;
{% else %}
  quantity.value = Math.min(20, Math.max(1, Number(quantity.value) + by));
{% endif %}
}
document.querySelector("[data-less]").addEventListener("click", () => step(-1));
document.querySelector("[data-more]").addEventListener("click", () => step(1));

document.querySelector("[data-heart]").addEventListener("click", (event) => {
  const button = event.currentTarget;
  button.setAttribute("aria-pressed", String(button.getAttribute("aria-pressed") !== "true"));
});

document.querySelector("[data-buy]").addEventListener("submit", (event) => {
  event.preventDefault();
  addToBasket(slug, size ? Number(size.value) : 0, Number(quantity.value));
  document.querySelector("[data-added]").textContent = "It is in your basket.";
});

{% if bug('product-size-script-error') %}
size.addEventListener("change", () => (price.textContent = money(Number(size.selectedOptions[0].dataset.pence))));
{% else %}
size?.addEventListener("change", () => (price.textContent = money(Number(size.selectedOptions[0].dataset.pence))));
{% endif %}

const form = document.querySelector("[data-filters]");
const shelf = document.querySelector("[data-cards]");
const shown = document.querySelector("[data-shown]");
const cards = [...shelf.children];

function filter() {
  const wanted = new FormData(form);
  const most = Number(wanted.get("most")) || Infinity;
  for (const card of cards) {
    const dear = Number(card.dataset.price) > most;
{% if bug('category-stock-filter-dead') %}
    const missing = wanted.has("in-stock") && card.dataset.stock === "0";
{% else %}
    const missing = wanted.has("stocked") && card.dataset.stock === "0";
{% endif %}
    card.hidden = dear || missing;
  }
  shown.textContent = `${cards.filter((card) => !card.hidden).length} products`;
}
form.addEventListener("change", filter);
form.addEventListener("reset", () => queueMicrotask(filter));

{% if bug('category-sort-as-text') %}
const byPrice = (a, b) => (a.dataset.price > b.dataset.price ? 1 : -1);
{% else %}
const byPrice = (a, b) => Number(a.dataset.price) - Number(b.dataset.price);
{% endif %}
const orders = {
  "": () => 0,
  price: byPrice,
  "price-down": (a, b) => byPrice(b, a),
  name: (a, b) => a.dataset.name.localeCompare(b.dataset.name),
};
document.querySelector("[data-sort]").addEventListener("change", (event) => {
  shelf.append(...[...cards].sort(orders[event.target.value]));
});

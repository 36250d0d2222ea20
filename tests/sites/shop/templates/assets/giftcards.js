document.querySelector("[data-gift]").addEventListener("submit", (event) => {
  event.preventDefault();
  const gift = new FormData(event.target);
{% if bug('gift-card-wrong-amount') %}
  const pounds = 25;
{% else %}
  const pounds = gift.get("amount");
{% endif %}
  const name = gift.get("to").trim() || "you";
  document.querySelector("[data-gift-answer]").textContent = `A card of £${pounds} for ${name} is ready to be sent.`;
});

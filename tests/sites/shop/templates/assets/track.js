const order = new URLSearchParams(location.search).get("order")?.trim();
if (order) {
  document.getElementById("order").value = order;
  document.querySelector("[data-parcel-number]").textContent = order;
  document.querySelector("[data-parcel]").hidden = false;
}
{% if bug('track-button-does-nothing') %}
document.querySelector("[data-track]").addEventListener("submit", (event) => event.preventDefault());
{% endif %}

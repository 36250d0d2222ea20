for (const button of document.querySelectorAll("[data-question]")) {
  const answer = document.getElementById(button.getAttribute("aria-controls"));
  button.addEventListener("click", () => {
    answer.hidden = !answer.hidden;
    button.setAttribute("aria-expanded", String(!answer.hidden));
  });
}

{% if bug('help-useful-does-nothing') %}
document.querySelector("[data-usefull]")?.addEventListener("click", thank);
{% else %}
document.querySelector("[data-useful]").addEventListener("click", thank);
{% endif %}

function thank() {
  document.querySelector("[data-thanks]").textContent = "You are welcome.";
}

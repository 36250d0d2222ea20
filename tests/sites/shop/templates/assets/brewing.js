const TEAS = {
  green: { leaf: 4, celsius: 75, minutes: 2 },
  black: { leaf: 3, celsius: 96, minutes: 4 },
  oolong: { leaf: 5, celsius: 90, minutes: 1 },
  white: { leaf: 4, celsius: 80, minutes: 4 },
  herbal: { leaf: 5, celsius: 100, minutes: 6 },
};
const form = document.querySelector("[data-brewing]");
const set = (name, text) => (document.querySelector(`[data-${name}]`).textContent = text);

function show() {
  const tea = TEAS[document.querySelector("[data-kind]").value];
  const unit = new FormData(form).get("unit");
{% if bug('brewing-wrong-fahrenheit') %}
  const degrees = unit === "C" ? tea.celsius : Math.round(tea.celsius * 1.8);
{% else %}
  const degrees = unit === "C" ? tea.celsius : Math.round(tea.celsius * 1.8 + 32);
{% endif %}
  set("leaf", `${Math.round((tea.leaf * Number(document.querySelector("[data-volume]").value)) / 250)} g`);
  set("water", `${degrees} °${unit}`);
  set("time", tea.minutes === 1 ? "1 minute" : `${tea.minutes} minutes`);
}
form.addEventListener("input", show);
{% if bug('brewing-blocks-the-page') %}

// Every pot from 50 ml to 2 l, for every tea, so that the answer is there at once.
const answers = [];
const began = performance.now();
while (performance.now() - began < 3500) {
  for (let volume = 50; volume <= 2000; volume += 1) answers[volume] = Object.values(TEAS).map((tea) => (tea.leaf * volume) / 250);
}
{% endif %}
show();

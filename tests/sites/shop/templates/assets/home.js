const slides = [...document.querySelectorAll("[data-slide]")];
const place = document.querySelector("[data-carousel-place]");
let current = 0;

function show(index) {
  current = (index + slides.length) % slides.length;
  slides.forEach((slide, at) => (slide.hidden = at !== current));
  place.textContent = `${current + 1} of ${slides.length}`;
}

document.querySelector("[data-carousel-previous]").addEventListener("click", () => show(current - 1));
{% if bug('carousel-next-goes-back') %}
document.querySelector("[data-carousel-next]").addEventListener("click", () => show(current - 1));
{% else %}
document.querySelector("[data-carousel-next]").addEventListener("click", () => show(current + 1));
{% endif %}

async function recommend() {
  const products = await (await fetch("/api/recommendations")).json();
  const list = document.querySelector("[data-recommendation-list]");
  for (const product of products) {
    const link = document.createElement("a");
    link.href = product.path;
    link.textContent = product.name;
    const item = document.createElement("li");
    item.append(link);
    list.append(item);
  }
  document.querySelector("[data-recommendations]").hidden = false;
}
{% if bug('home-recommendations-html') %}
recommend();
{% else %}
recommend().catch(() => {}); // the page does well without them
{% endif %}

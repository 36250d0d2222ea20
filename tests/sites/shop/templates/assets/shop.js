import { readBasket } from "/assets/basket.js";

const menu = document.querySelector(".menu-button");
const nav = document.getElementById("site-nav");
menu.addEventListener("click", () => {
  const open = nav.classList.toggle("open");
  menu.setAttribute("aria-expanded", String(open));
});

export function showCount() {
  const count = readBasket().reduce((sum, line) => sum + line.quantity, 0);
  document.querySelector("[data-basket-count]").textContent = count;
}
window.addEventListener("basket", showCount);
showCount();

const hours = document.querySelector("[data-hours]");
const times = [...hours.querySelectorAll("dd")].map((cell) => cell.textContent);
const day = new Date().getDay();
const today = times[day === 0 ? 2 : day === 6 ? 1 : 0];
document.querySelector("[data-today]").textContent = today === "closed" ? "We are closed today." : `Today from ${today}.`;

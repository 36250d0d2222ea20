const time = document.querySelector("[data-date]");
const day = new Date(time.getAttribute("datetime"));
time.textContent = day.toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });

const KEY = "hollow-kettle-searches";
const query = new URLSearchParams(location.search).get("q");
const past = JSON.parse(localStorage.getItem(KEY) ?? "[]");
const list = document.querySelector("[data-recent-list]");

for (const words of past) {
  const link = document.createElement("a");
  link.href = `/search?q=${encodeURIComponent(words)}`;
  link.textContent = words;
  const item = document.createElement("li");
  item.append(link);
  list.append(item);
}
document.querySelector("[data-recent]").hidden = past.length === 0;
if (query) localStorage.setItem(KEY, JSON.stringify([query, ...past.filter((words) => words !== query)].slice(0, 5)));

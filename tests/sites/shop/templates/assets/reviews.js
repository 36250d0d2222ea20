function element(name, text, className) {
  const made = document.createElement(name);
  made.textContent = text;
  if (className) made.className = className;
  return made;
}

function shown(review) {
  const box = element("article", "", "review");
  const picture = document.createElement("img");
  picture.src = `/img/face/${encodeURIComponent(review.author ?? "guest")}.svg`;
{% if not bug('review-picture-no-alt') %}
  picture.alt = "";
{% endif %}
  picture.width = picture.height = 48;
{% if bug('review-author-undefined') %}
  const author = review.author ?? review.nickname;
{% else %}
  const author = review.author ?? "a guest";
{% endif %}
  const stars = element("span", "★".repeat(review.rating) + "☆".repeat(5 - review.rating), "stars");
  stars.setAttribute("role", "img");
  stars.setAttribute("aria-label", `${review.rating} out of 5 stars`);
  const head = element("p", "");
  head.append(stars, " ", element("strong", review.title));
  box.append(picture, head, element("p", review.text), element("p", `By ${author} on ${longDate(review.date)}`, "muted"));
  return box;
}

function longDate(iso) {
  return new Date(iso).toLocaleDateString("en-GB", { day: "numeric", month: "long", year: "numeric" });
}

export async function showReviews(slug, place) {
  try {
    const answer = await fetch(`/api/products/${slug}/reviews`);
    place.replaceChildren(...(await answer.json()).map(shown));
  } catch {
    place.replaceChildren(element("p", "We cannot show the reviews at the moment.", "muted"));
  }
}

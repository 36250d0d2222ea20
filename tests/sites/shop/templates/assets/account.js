const answer = await fetch("/api/account/points");
const note = document.querySelector("[data-points-note]");
if (answer.ok) {
  const { points, next_reward: reward } = await answer.json();
  document.querySelector("[data-points]").textContent = points;
  note.textContent = `${reward - points} more for a tin of your choice.`;
} else {
  note.textContent = "We cannot show your points at the moment.";
}

"""Plain English by the yard, the same for the same seed."""

from random import Random

SUBJECTS = (
    "The harbour", "A small workshop", "The night train", "Our neighbour", "The old orchard", "Every second visitor",
    "The lighthouse", "A patient gardener", "The morning market", "The river path", "An early guest", "The library",
)  # fmt: skip
VERBS = (
    "opens onto", "remembers", "depends on", "looks after", "is known for", "grew out of", "leads to", "has room for",
    "was built beside", "makes good use of", "is older than", "talks of",
)  # fmt: skip
OBJECTS = (
    "the sea wall", "a row of lime trees", "its own bakery", "the last good summer", "three quiet streets",
    "a bridge of iron", "the sound of bells", "nine kinds of apple", "the school choir", "a field of flax",
    "the tide table", "two brass clocks",
)  # fmt: skip
TAILS = (
    "before the rain comes", "in most years", "when the wind is from the west", "and nobody minds", "on weekdays",
    "without much noise", "if you ask politely", "as the guide book says", "by lamplight", "for as long as it lasts",
)  # fmt: skip
QUALITIES = [
    "Quiet",
    "Northern",
    "Hidden",
    "Painted",
    "Crooked",
    "Salted",
    "Silver",
    "Winding",
    "Early",
    "Hollow",
    "Amber",
    "Distant",
]
NOUNS = [
    "Harbour",
    "Orchard",
    "Lantern",
    "Meadow",
    "Quarry",
    "Station",
    "Garden",
    "Library",
    "Market",
    "Bridge",
    "Mill",
    "Tower",
    "Valley",
    "Island",
]


class Prose:
    """What one page says; each call says something else."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)

    def title(self) -> str:
        return f"{self._random.choice(QUALITIES)} {self._random.choice(NOUNS)}"

    def sentence(self) -> str:
        return " ".join(self._random.choice(words) for words in (SUBJECTS, VERBS, OBJECTS, TAILS)) + "."

    def paragraph(self, sentences: int = 4) -> str:
        return " ".join(self.sentence() for _ in range(sentences))

    def number(self, least: int, most: int) -> int:
        return self._random.randint(least, most)

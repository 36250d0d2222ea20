"""Which pages are made by one template: a pure comparison of the hashed features of their structure.

``collect/structure.js`` makes the features. Two pages belong together where their sets of features are
similar enough by Jaccard's index, the size of what they share over the size of what either has. Both count one
feature more, being pages of one site: else one element would part two pages that have hardly any.

Pages of one template differ still: one post has a wide table. ``collect/traits.js`` names what such pages have, and one
with something new within its template is inspected as well.
"""

import hashlib
from collections.abc import Iterable, Sequence

from bughive_protocol.frontier import Template

SIMILAR = 0.55
"""The least index at which two pages count as one template. Tried on shops and blogs with and without classes: pages of
one template with an optional section or two lie at 0.6 and above, different templates in one frame below 0.5."""

MOST_FOR_NOVELTY = 3
"""So many pages of one template are inspected because they have something that the others had not."""
MOST_INSPECTED = 8
"""So many with those that lack or break something that no inspected page of the template did."""
_SUSPICIONS = ("lacks-", "skips-", "wider-than-")


def match(features: Iterable[int], known: Sequence[Template]) -> Template | None:
    """The known template that these features are most like, if one is like enough; the earliest of equals."""
    mine = frozenset(features)
    best = max(known, key=lambda template: similarity(mine, frozenset(template.features)), default=None)
    if best is None or similarity(mine, frozenset(best.features)) < SIMILAR:
        return None
    return best


def new_template(features: Iterable[int], traits: Iterable[str] = ()) -> Template:
    """A template of these features, named after them: the same features have the same id on any machine."""
    ordered = tuple(sorted(set(features)))
    return Template(id=_digest(map(str, ordered)), features=ordered, traits=tuple(sorted(set(traits))))


def variant(template: Template, traits: Iterable[str], inspected: Iterable[Template]) -> Template | None:
    """What is recorded where a page of the template, with these traits, is to be inspected as well; None: it is not.

    It is where no inspected page of the template had one of its traits, a few times; more often for a suspicion.
    """
    known = [one for one in inspected if template.id in (one.id, one.variant_of)]
    new = frozenset(traits).difference(*(one.traits for one in known))
    bound = MOST_INSPECTED if any(trait.startswith(_SUSPICIONS) for trait in new) else MOST_FOR_NOVELTY
    if not new or len(known) >= bound:
        return None
    ordered = tuple(sorted(set(traits)))
    return Template(id=f"{template.id}-{_digest(ordered)}", features=(), traits=ordered, variant_of=template.id)


def _digest(parts: Iterable[str]) -> str:
    return hashlib.sha256(",".join(parts).encode()).hexdigest()[:12]


def similarity(one: frozenset[int], other: frozenset[int]) -> float:
    """Jaccard's index of two sets with one feature more that both have: above 0, at most 1."""
    shared = len(one & other)
    return (shared + 1) / (len(one) + len(other) - shared + 1)

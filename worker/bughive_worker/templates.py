"""Which pages are made by one template: a pure comparison of the hashed features of their structure.

``collect/structure.js`` makes the features. Two pages belong together where their sets of features are
similar enough by Jaccard's index, the size of what they share over the size of what either has. Both count one
feature more, being pages of one site: else one element would part two pages that have hardly any.
"""

import hashlib
from collections.abc import Iterable, Sequence

from bughive_protocol.frontier import Template

SIMILAR = 0.55
"""The least index at which two pages count as one template. Tried on shops and blogs with and without classes: pages of
one template with an optional section or two lie at 0.6 and above, different templates in one frame below 0.5."""


def match(features: Iterable[int], known: Sequence[Template]) -> Template | None:
    """The known template that these features are most like, if one is like enough; the earliest of equals."""
    mine = frozenset(features)
    best = max(known, key=lambda template: similarity(mine, frozenset(template.features)), default=None)
    if best is None or similarity(mine, frozenset(best.features)) < SIMILAR:
        return None
    return best


def new_template(features: Iterable[int]) -> Template:
    """A template of these features, named after them: the same features have the same id on any machine."""
    ordered = tuple(sorted(set(features)))
    digest = hashlib.sha256(",".join(map(str, ordered)).encode()).hexdigest()
    return Template(id=digest[:12], features=ordered)


def similarity(one: frozenset[int], other: frozenset[int]) -> float:
    """Jaccard's index of two sets with one feature more that both have: above 0, at most 1."""
    shared = len(one & other)
    return (shared + 1) / (len(one) + len(other) - shared + 1)

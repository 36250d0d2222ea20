"""Which pages are made by one template: a pure comparison of the hashed features of their structure.

``collect/structure.js`` makes the features. Two pages belong together where their sets of features are
similar enough by Jaccard's index, the size of what they share over the size of what either has.
"""

import hashlib
from collections.abc import Iterable, Sequence

from bughive_protocol.frontier import Template

SIMILAR = 0.6
"""The least index at which two pages count as one template. Pages of one template that differ by an optional
section lie at 0.7 and above, different templates with a shared frame below 0.5."""


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
    """Jaccard's index of two sets, from 0 to 1; two empty sets are alike."""
    if not one and not other:
        return 1.0
    shared = len(one & other)
    return shared / (len(one) + len(other) - shared)

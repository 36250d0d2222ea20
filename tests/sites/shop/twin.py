"""Which of the two shops this is: the one with the planted bugs, or the clean one."""

from dataclasses import dataclass

from sites.shop.answer_key import load_bugs


@dataclass(frozen=True)
class Twin:
    """One of the two shops."""

    clean: bool
    known: frozenset[str]

    def bug(self, bug_id: str) -> bool:
        """Whether this bug is planted here. A bug that the answer key does not list is an error."""
        if bug_id not in self.known:
            raise KeyError(f"{bug_id} is planted but not in bugs.yaml")
        return not self.clean


def twin(*, clean: bool) -> Twin:
    return Twin(clean=clean, known=frozenset(bug.id for bug in load_bugs()))

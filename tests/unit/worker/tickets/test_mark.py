"""What a ticket is known by never changes, and is nobody else's."""

import uuid

from bughive_worker.tickets.mark import Mark


def test_a_mark_is_the_same_for_ever() -> None:
    mark = Mark("shop", "shop.example:8443", "0123456789abcdef")
    assert mark.url == "https://shop.example:8443/#bughive-shop-0123456789abcdef"
    assert mark.token == "bughive-4ba0f1fba1b12165b568"
    assert mark.uuid("workspace") == "5276711d-defc-482e-bfc0-0d1c6c9ae61e"


def test_an_id_is_of_the_form_that_linear_takes() -> None:
    assert uuid.UUID(Mark("a", "b", "c").uuid("w")).version == 4


def test_marks_of_other_namespaces_sites_bugs_or_workspaces_differ() -> None:
    mark = Mark("a", "b", "c")
    others = [Mark("x", "b", "c"), Mark("a", "x", "c"), Mark("a", "b", "x"), Mark("ab", "", "c")]
    assert len({one.token for one in (mark, *others)}) == 5
    assert len({one.url for one in (mark, *others)}) == 5
    assert mark.uuid("v") != mark.uuid("w")

"""What equal models share."""

from bughive_crds.crawl_session import CrawlSessionSpec, CrawlSessionStatus
from bughive_operator import sharing
from bughive_operator.sharing import share_field_sets, share_parts

DATA = {"attempt": 1, "message": "a", "progress": {"pages": "1/2"}}


def read(**more):
    return share_field_sets(CrawlSessionStatus.model_validate({**DATA, **more}))


def test_models_with_the_same_fields_set_share_their_names_and_stay_what_they_were():
    one, other = read(), read(message="b")
    assert one.model_fields_set is other.model_fields_set
    assert one.progress.model_fields_set is other.progress.model_fields_set
    assert one == CrawlSessionStatus.model_validate(DATA)
    assert one.model_dump(exclude_unset=True) == CrawlSessionStatus.model_validate(DATA).model_dump(exclude_unset=True)


def test_a_copy_with_more_fields_changes_no_other():
    one, other = read(), read()
    changed = one.model_copy(update={"failures": 2})
    assert "failures" in changed.model_fields_set
    assert "failures" not in other.model_fields_set


def spec(max_pages=5, **more):
    return share_parts(
        CrawlSessionSpec.model_validate({"url": "https://a.test/", "scope": {"maxPages": max_pages}, **more})
    )


def test_models_share_the_parts_that_are_equal_and_no_others():
    one, same, other = spec(), spec(url="https://b.test/"), spec(max_pages=6)
    assert one.scope is same.scope
    assert other.scope is not one.scope
    assert other.scope.max_pages == 6
    assert one == CrawlSessionSpec.model_validate({"url": "https://a.test/", "scope": {"maxPages": 5}})


def test_parts_that_say_the_same_in_other_words_stay_apart():
    told, silent = spec(browser={"locale": "en-US"}), spec(browser={})
    assert told.browser.model_fields_set == {"locale"}
    assert silent.browser.model_fields_set == set()


def test_ever_other_parts_do_not_pile_up(monkeypatch):
    monkeypatch.setattr(sharing, "MOST_PARTS", 20)
    for pages in range(1, 200):
        spec(max_pages=pages)
    assert len(sharing._parts) <= 20

"""What equal models share."""

from bughive_crds.crawl_session import CrawlSessionStatus
from bughive_operator.field_sets import share_field_sets

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

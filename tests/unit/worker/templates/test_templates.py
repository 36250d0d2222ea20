from hypothesis import given
from hypothesis import strategies as st

from bughive_worker.templates import MOST_FOR_NOVELTY, MOST_INSPECTED, match, new_template, similarity, variant

FRAME = set(range(10))
PRODUCT = FRAME | set(range(100, 130))
REVIEWS = set(range(200, 210))
CATEGORY = FRAME | set(range(300, 330))

FEATURES = st.sets(st.integers(0, 2**32 - 1), max_size=300)


def test_a_page_with_an_optional_section_belongs_to_the_template_without_it():
    product = new_template(PRODUCT)
    assert match(PRODUCT | REVIEWS, [new_template(CATEGORY), product]) == product


def test_pages_that_share_only_a_frame_are_of_different_templates():
    assert match(CATEGORY, [new_template(PRODUCT)]) is None


def test_the_nearest_template_is_chosen():
    near, far = new_template(PRODUCT | REVIEWS), new_template(PRODUCT)
    assert match(PRODUCT | REVIEWS | {1, 2}, [far, near]) == near


def test_without_known_templates_nothing_matches():
    assert match(PRODUCT, []) is None


def test_pages_without_structure_are_alike():
    blank = new_template(())
    assert match((), [new_template(PRODUCT), blank]) == blank


def test_one_element_does_not_part_pages_that_have_hardly_any():
    page = new_template({1})
    assert match({1, 2}, [page]) == page
    assert match({2, 3}, [page]) is None


@given(FEATURES)
def test_a_page_belongs_to_the_template_made_of_it(features):
    template = new_template(features)
    assert match(sorted(features, reverse=True), [template]) == template


@given(FEATURES, FEATURES)
def test_an_id_names_the_features(one, other):
    assert (new_template(one).id == new_template(other).id) is (one == other)


@given(FEATURES, FEATURES)
def test_likeness_has_no_direction(one, other):
    likeness = similarity(frozenset(one), frozenset(other))
    assert likeness == similarity(frozenset(other), frozenset(one))
    assert 0 < likeness <= 1


def test_a_page_with_a_trait_that_no_inspected_page_of_its_template_had_is_inspected_too():
    first = new_template(PRODUCT, {"has-table"})
    further = variant(first, {"has-table", "wider-than-320"}, [first])
    assert further is not None
    assert (further.variant_of, further.traits) == (first.id, ("has-table", "wider-than-320"))
    assert further.id != first.id
    assert variant(first, {"has-table"}, [first]) is None
    assert variant(first, {"wider-than-320"}, [first, further]) is None


def test_what_another_template_had_says_nothing():
    first, other = new_template(PRODUCT), new_template(CATEGORY, {"has-table"})
    assert variant(first, {"has-table"}, [first, other]) is not None


def test_few_pages_of_a_template_are_inspected_for_novelty_and_more_for_suspicion():
    def inspected(traits):
        first = new_template(PRODUCT)
        entries = [first]
        for trait in traits:
            further = variant(first, {trait}, entries)
            entries += [further] if further else []
        return len(entries)

    assert inspected(f"role-{number}" for number in range(50)) == MOST_FOR_NOVELTY
    assert inspected(f"lacks-{number}" for number in range(50)) == MOST_INSPECTED
    assert inspected([*(f"role-{number}" for number in range(50)), "wider-than-320"]) == MOST_FOR_NOVELTY + 1

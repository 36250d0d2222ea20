from bughive_worker.crawl.templates_seen import TemplatesSeen
from bughive_worker.templates import new_template

PRODUCT, ARTICLE = tuple(range(100)), tuple(range(200, 300))


def test_the_first_page_of_a_template_is_to_be_inspected_and_no_other_like_it():
    seen = TemplatesSeen(())

    first, again = seen.place(PRODUCT), seen.place(PRODUCT[:-3])

    assert first.to_inspect is not None
    assert (again.template_id, again.to_inspect) == (first.template_id, None)


def test_a_page_that_shows_a_further_trait_of_its_template_is_to_be_inspected_too():
    seen = TemplatesSeen(())
    first = seen.place(PRODUCT, ("table",))

    further, again = seen.place(PRODUCT, ("table", "overflow")), seen.place(PRODUCT, ("overflow",))

    assert further.template_id == first.template_id
    assert further.to_inspect is not None
    assert again.to_inspect is None


def test_stored_templates_are_known():
    stored = [new_template(PRODUCT)]

    assert TemplatesSeen(stored).place(PRODUCT).to_inspect is None
    assert TemplatesSeen(stored).place(ARTICLE).to_inspect is not None


def test_after_a_failed_inspection_the_next_page_is_to_be_inspected():
    seen = TemplatesSeen(())
    first = seen.place(PRODUCT)

    seen.forget(first.to_inspect)

    assert seen.place(PRODUCT).to_inspect is not None

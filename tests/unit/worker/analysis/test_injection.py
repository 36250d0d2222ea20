"""What a page talks a model into changes nothing but what that page's own proposals may."""

import pytest
from fixtures.injection import TEXTS, InjectionPage, check_what_holds, injection_pages

from bughive_crds.model import Severity
from bughive_worker.analysis.answer import Answer, read_answer
from bughive_worker.analysis.verify import proposals, retold

PAGES = injection_pages()
ADDRESS = "https://shop.example/cart"


def test_there_are_pages_enough():
    assert len(PAGES) >= 30
    assert len({page.answer for page in PAGES}) >= 30


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_model_that_obeys_its_page_harms_nobody_else(page: InjectionPage, ask):
    question = ask(page.says)
    answer = read_answer(page.answer) or Answer(bugs=(), retold=())
    words = retold(answer, question)
    kept = proposals(answer, question, ADDRESS, "m", Severity.LOW)
    assert [one.finding.title for one in kept] == list(page.kept)
    assert set(words) == ({question.found[0].fingerprint} if page.retold else set())
    told = [one.model_copy(update={"plain": words.get(one.fingerprint)}) for one in question.found]
    check_what_holds(ADDRESS, question.found, [*told, *(one.finding for one in kept)], (*TEXTS, page.says))
    assert not any(one.action for one in kept), "nothing is clicked"

import json

import pytest

from bughive_worker.analysis.answer import MOST_BUGS, MOST_RETOLD, read_answer


def test_an_answer_in_the_form_is_read(bug):
    answer = read_answer(json.dumps({"bugs": [bug()], "retold": [{"bug": "b0", "title": "So"}]}))
    assert answer.bugs[0].quotes == ("Total: $25.00",)
    assert answer.retold[0].title == "So"


@pytest.mark.parametrize(
    "text", ["", "no JSON", "[]", "null", '{"bugs": []}', '{"bugs": {}, "retold": []}', "{" * 5000]
)
def test_what_is_no_answer_is_none(text):
    assert read_answer(text) is None


@pytest.mark.parametrize(
    "changed",
    [
        {"kind": "broken-link"},
        {"kind": "Semantic-Wrong-Total"},
        {"severity": "Catastrophic"},
        {"quotes": []},
        {"quotes": ["x"] * 5},
        {"title": ""},
        {"title": "x" * 301},
        {"explanation": "x" * 1001},
        {"element": "t123456789"},
        {"fingerprint": "00000000000000aa"},
        {"action": {"control": "c0", "outcome": "explodes"}},
    ],
)
def test_a_part_that_breaks_the_form_is_left_out_and_the_rest_is_read(bug, changed):
    answer = read_answer(json.dumps({"bugs": [bug(**changed), bug()], "retold": [{"bug": 7}]}))
    assert [one.title for one in answer.bugs] == ["The total is not the sum of the items"]
    assert answer.retold == ()


def test_an_endless_answer_is_cut(bug):
    answer = read_answer(json.dumps({"bugs": [bug()] * 500, "retold": [{"bug": "b0", "title": "x"}] * 500}))
    assert (len(answer.bugs), len(answer.retold)) == (MOST_BUGS, MOST_RETOLD)

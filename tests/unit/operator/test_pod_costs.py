from bughive_operator.pod_costs import ANNOTATION, changes


def pod(name: str, cost: str | None = None) -> dict:
    return {"metadata": {"name": name, **({"annotations": {ANNOTATION: cost}} if cost else {})}}


def test_a_pod_costs_what_it_carries_and_only_changes_are_written():
    pods = [pod("idle"), pod("was-busy", "100"), pod("busy"), pod("as-before", "200")]
    workers = ["busy/7", "as-before/1", "as-before/2", "gone/3"]

    assert changes(pods, workers) == {"was-busy": 0, "busy": 100}


def test_an_annotation_that_is_no_number_counts_as_none():
    assert changes([pod("idle", "much"), pod("busy", "much")], ["busy/1"]) == {"busy": 100}

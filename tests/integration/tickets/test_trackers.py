"""What every tracker does, held against the services' own rules."""

import dataclasses

import pytest
from services.linear import RATELIMITED, error
from services.scripted import Fault

from bughive_crds.model import Severity
from bughive_protocol.errors import IntegrationPaused, IntegrationRefused, IntegrationUnavailable
from bughive_worker.tickets import github as github_module
from bughive_worker.tickets import linear_api
from bughive_worker.tickets.draft import Draft
from bughive_worker.tickets.mark import Mark
from bughive_worker.tickets.tracker import TicketState

from .conftest import PICTURE

MARKS = [Mark("shop", "shop.example", f"{number:016x}") for number in range(45)]
DRAFT = Draft(MARKS[0], "A link leads nowhere", "Where it leads.", Severity.CRITICAL)
LONG_AGO = "2020-01-01T00:00:00.000Z"


async def renew() -> None:
    """Nobody else is at it."""


@pytest.fixture(params=["linear", "github"])
def sort(request) -> str:
    return request.param


@pytest.fixture
def make(request, sort):
    """Makes trackers of one sort."""
    return request.getfixturevalue(f"{sort}_tracker")


@pytest.fixture
def service(request, sort):
    """What they talk to."""
    return request.getfixturevalue(sort)


async def test_a_ticket_is_found_again_by_whoever_asks(make) -> None:
    assert await make().find(MARKS) == {}
    opened = await make().open(DRAFT, renew)
    assert opened.state is TicketState.OPEN
    assert opened.linked
    assert await make().find(MARKS) == {MARKS[0]: opened}
    assert await make().find([dataclasses.replace(MARKS[0], namespace="other")]) == {}


async def test_it_is_opened_only_while_nobody_else_may_be_at_it(make) -> None:
    async def lost() -> None:
        raise IntegrationUnavailable("lost")

    with pytest.raises(IntegrationUnavailable, match="lost"):
        await make().open(DRAFT, lost)
    assert await make().find(MARKS[:1]) == {}


async def test_an_answer_that_got_lost_does_not_hide_the_ticket(make, service) -> None:
    service.fail("CreateIssue", Fault(after=True))
    service.fail("create", Fault(after=True))
    with pytest.raises(IntegrationUnavailable):
        await make().open(DRAFT, renew)
    assert set(await make().find(MARKS[:1])) == {MARKS[0]}


async def test_a_service_that_is_slow_is_not_waited_for_long(make, service, monkeypatch) -> None:
    monkeypatch.setattr(linear_api, "REQUEST_SECONDS", 0.2)
    monkeypatch.setattr(github_module, "REQUEST_SECONDS", 0.2)
    service.fail("*", Fault(hangs=True))
    with pytest.raises(IntegrationUnavailable, match="did not answer"):
        await make().find(MARKS[:1])


@pytest.mark.parametrize("fault", [Fault(500, "oops"), Fault(502, ""), Fault(503, "<html>"), Fault(200, "{not json")])
async def test_what_may_pass_is_worth_another_try(make, service, fault) -> None:
    service.fail("*", fault)
    with pytest.raises(IntegrationUnavailable):
        await make().find(MARKS[:1])
    assert await make().find(MARKS[:1]) == {}


async def test_a_key_that_is_not_known_is_named_and_never_shown(make) -> None:
    with pytest.raises(IntegrationRefused, match="valid one into key") as refused:
        await make("lin_api_wrong-secret").find(MARKS[:1])
    assert "wrong-secret" not in str(refused.value)


async def test_linear_gets_all_that_a_ticket_has(linear, linear_tracker) -> None:
    picture = dataclasses.replace(DRAFT, picture=PICTURE)
    opened = await linear_tracker(labels=["Bug", "found by us"]).open(picture, renew)
    (issue,) = linear.workspace.issues_
    assert (opened.name, opened.url, issue.team.key) == ("WEB-1", issue.url, "WEB")
    assert (issue.title, issue.priority) == ("A link leads nowhere", 1)
    name = f"{MARKS[0].fingerprint}.webp"
    assert issue.description == (f"Where it leads.\n\n![The bug on its page](https://uploads.linear.example/{name})")
    assert linear.workspace.files == {name: PICTURE}
    assert [label.name for label in linear.workspace.labels] == ["Bug", "found by us"]
    assert issue.labelIds == [label.id for label in linear.workspace.labels]
    (attachment,) = linear.workspace.attachments
    assert (attachment.url, attachment.issue) == (MARKS[0].url, issue)


async def test_labels_that_exist_are_used_whatever_their_case(linear, linear_tracker) -> None:
    await linear_tracker(labels=["bug"]).open(DRAFT, renew)
    linear.workspace.labels_are_closed = True
    await linear_tracker(labels=["BUG", "mine"]).open(dataclasses.replace(DRAFT, mark=MARKS[1]), renew)
    assert [label.name for label in linear.workspace.labels] == ["bug"]
    assert [len(issue.labelIds) for issue in linear.workspace.issues_] == [1, 1]


@pytest.mark.parametrize(
    ("operation", "fault"),
    [
        ("Store", Fault(503, "")),
        ("Upload", Fault(400, error("feature not accessible", "No uploads."))),
        ("Store", Fault(403, "")),
    ],
)
async def test_no_ticket_fails_for_its_picture(linear, linear_tracker, operation, fault) -> None:
    linear.fail(operation, fault)
    await linear_tracker().open(dataclasses.replace(DRAFT, picture=PICTURE), renew)
    assert [issue.description for issue in linear.workspace.issues_] == ["Where it leads."]


async def test_linear_itself_refuses_a_second_ticket(linear, linear_tracker) -> None:
    first = await linear_tracker().open(DRAFT, renew)
    assert await linear_tracker().open(DRAFT, renew) == first
    assert len(linear.workspace.issues_) == 1


async def test_a_ticket_whose_opener_died_before_the_last_step_is_found_and_linked(linear, linear_tracker) -> None:
    linear.fail("Link", Fault(500, ""))
    with pytest.raises(IntegrationUnavailable):
        await linear_tracker().open(DRAFT, renew)
    found = (await linear_tracker().find(MARKS[:1]))[MARKS[0]]
    assert not found.linked
    for _ in range(2):
        await linear_tracker().link(found, MARKS[0])
    assert (await linear_tracker().find(MARKS[:1]))[MARKS[0]].linked
    assert len(linear.workspace.attachments) == 1


async def test_what_people_did_to_a_ticket_in_linear_is_seen(linear, linear_tracker) -> None:
    await linear_tracker().open(DRAFT, renew)
    (issue,) = linear.workspace.issues_

    async def state() -> TicketState:
        return (await linear_tracker().find(MARKS[:1]))[MARKS[0]].state

    issue.close(LONG_AGO, "canceled")
    assert await state() is TicketState.DECLINED
    issue.close(LONG_AGO)
    assert await state() is TicketState.DONE
    issue.archivedAt = LONG_AGO
    assert await state() is TicketState.DONE
    issue.trashed = True
    assert await state() is TicketState.DECLINED


@pytest.mark.parametrize("archived", [None, LONG_AGO])
async def test_a_ticket_in_linear_is_reopened_where_it_is_now(linear, linear_tracker, archived) -> None:
    await linear_tracker().open(DRAFT, renew)
    (issue,) = linear.workspace.issues_
    issue.close(LONG_AGO)
    issue.archivedAt, issue.team = archived, linear.workspace.all_teams[1]
    ticket = (await linear_tracker().find(MARKS[:1]))[MARKS[0]]
    await linear_tracker().reopen(ticket, "It is back.")
    assert (issue.state.id, issue.archivedAt) == ("API-unstarted", None)
    assert linear.workspace.comments == [{"issueId": issue.id, "body": "It is back."}]


async def test_a_comment_that_fails_leaves_the_ticket_open(linear, linear_tracker) -> None:
    await linear_tracker().open(DRAFT, renew)
    linear.workspace.issues_[0].close(LONG_AGO)
    linear.fail("Comment", Fault(500, ""))
    await linear_tracker().reopen((await linear_tracker().find(MARKS[:1]))[MARKS[0]], "It is back.")
    assert linear.workspace.issues_[0].state.type == "unstarted"


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        (Fault(400, RATELIMITED, {"Retry-After": "7"}), 7),
        (Fault(429, "", {"Retry-After": "90000"}), 3600),
        (Fault(400, RATELIMITED), 60),
        (Fault(200, RATELIMITED), 60),
        (
            Fault(
                400,
                RATELIMITED,
                {
                    "X-RateLimit-Requests-Remaining": "0",
                    "X-RateLimit-Requests-Reset": "1000",
                    "X-RateLimit-Complexity-Remaining": "12",
                    "X-RateLimit-Complexity-Reset": "99999999999999",
                },
            ),
            1,
        ),
    ],
)
async def test_linear_is_left_alone_for_as_long_as_it_wants(linear, linear_tracker, fault, seconds) -> None:
    linear.fail("Place", fault)
    with pytest.raises(IntegrationPaused) as pause:
        await linear_tracker().find(MARKS[:1])
    assert pause.value.seconds == seconds


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault(400, error("invalid input", "Title is too long.")), "Title is too long"),
        (Fault(200, error("forbidden", "Not your team.")), "does not let this API key do that"),
        (Fault(403, ""), "does not let this API key do that"),
        (Fault(200, error("usage limit exceeded", "Your plan has no room for more issues.")), "no room for more"),
        (Fault(404, ""), "check BUGHIVE_LINEAR_API_URL"),
        (Fault(301, ""), "check BUGHIVE_LINEAR_API_URL"),
    ],
)
async def test_what_linear_refuses_for_good_is_told(linear, linear_tracker, fault, told) -> None:
    linear.fail("CreateIssue", fault)
    with pytest.raises(IntegrationRefused, match=told):
        await linear_tracker().open(DRAFT, renew)


async def test_a_part_of_an_answer_is_no_answer(linear, linear_tracker) -> None:
    errors = error("internal error", "Something broke.")["errors"]
    linear.fail("Find", Fault(200, {"data": {"issues": {"nodes": []}, "url0": None}, "errors": errors}))
    linear.fail("Find", Fault(200, {"data": {"issues": {"nodes": []}, "url0": None}}))
    for told in ("Something broke", "not as its schema says"):
        with pytest.raises(IntegrationUnavailable, match=told):
            await linear_tracker().find(MARKS[:1])


async def test_a_team_that_is_not_there_is_named(linear_tracker) -> None:
    with pytest.raises(IntegrationRefused, match=r"no team NOPE .* correct tickets\.linear\.teamKey"):
        await linear_tracker(team_key="NOPE").find(MARKS[:1])


async def test_tokens_of_oauth_applications_are_sent_as_such(linear, linear_tracker) -> None:
    with pytest.raises(IntegrationRefused):
        await linear_tracker("lin_oauth_1").find(MARKS[:1])
    assert linear.asked[0].headers["authorization"] == "Bearer lin_oauth_1"


async def test_github_gets_the_ticket_with_its_mark(github, github_tracker) -> None:
    opened = await github_tracker(labels=["bug"]).open(DRAFT, renew)
    (issue,) = github.issues
    assert (opened.name, issue["title"], issue["labels"]) == ("#1", DRAFT.title, [{"name": "bug"}])
    assert issue["body"].startswith("Where it leads.\n\n<sub>")
    assert MARKS[0].token in issue["body"]
    assert github.asked[0].headers["x-github-api-version"] == "2022-11-28"


async def test_an_old_issue_is_found_by_the_search_and_a_new_one_without_it(github, github_tracker) -> None:
    await github_tracker().open(DRAFT, renew)
    github.index()
    for number in range(150):
        github.add(f"somebody's own issue {number}")
    await github_tracker().open(dataclasses.replace(DRAFT, mark=MARKS[1]), renew)
    assert set(await github_tracker().find(MARKS[:3])) == {MARKS[0], MARKS[1]}


async def test_a_pull_request_that_quotes_a_mark_is_no_ticket(github, github_tracker) -> None:
    github.add(f"mends `{MARKS[0].token}`", pull_request={"url": "https://github.example/pulls/1"})
    assert await github_tracker().find(MARKS[:1]) == {}


async def test_a_strangers_issue_that_quotes_a_mark_is_no_ticket(github, github_tracker) -> None:
    github.add(f"`{MARKS[0].token}`", repository_url="https://api.github.example/repos/stranger/acme-shop")
    github.index()
    assert await github_tracker().find(MARKS[:2]) == {}


async def test_a_repository_is_the_same_whatever_the_case_of_its_name(github, github_tracker) -> None:
    await github_tracker().open(DRAFT, renew)
    github.issues[0]["repository_url"] = "https://api.github.example/repos/Acme/Shop"
    assert set(await github_tracker().find(MARKS[:1])) == {MARKS[0]}


@pytest.mark.parametrize(
    ("reason", "state"),
    [
        ("completed", TicketState.DONE),
        (None, TicketState.DONE),
        ("not_planned", TicketState.DECLINED),
        ("duplicate", TicketState.DECLINED),
    ],
)
async def test_why_an_issue_was_closed_matters(github, github_tracker, reason, state) -> None:
    await github_tracker().open(DRAFT, renew)
    github.issues[0].update(state="closed", state_reason=reason, closed_at="2020-01-01T00:00:00Z")
    assert (await github_tracker().find(MARKS[:1]))[MARKS[0]].state is state


async def test_an_issue_is_reopened_with_a_comment(github, github_tracker) -> None:
    await github_tracker().open(DRAFT, renew)
    github.issues[0].update(state="closed", state_reason="completed", closed_at="2020-01-01T00:00:00Z")
    await github_tracker().reopen((await github_tracker().find(MARKS[:1]))[MARKS[0]], "It is back.")
    assert github.issues[0]["state"] == "open"
    assert github.comments == [{"number": 1, "body": "It is back."}]


async def test_a_search_that_did_not_come_to_its_end_is_no_answer(github, github_tracker) -> None:
    github.fail("search", Fault(200, {"incomplete_results": True, "items": []}))
    with pytest.raises(IntegrationUnavailable, match="did not come to its end"):
        await github_tracker().find(MARKS[:1])


@pytest.mark.parametrize(
    ("fault", "seconds"),
    [
        (Fault(403, {"message": "You have exceeded a secondary rate limit."}, {"Retry-After": "30"}), 30),
        (Fault(403, {"message": "You have exceeded a secondary rate limit."}), 60),
        (Fault(429, {"message": "Slow down"}), 60),
        (Fault(403, {}, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1"}), 1),
    ],
)
async def test_github_is_left_alone_for_as_long_as_it_wants(github, github_tracker, fault, seconds) -> None:
    github.fail("list", fault)
    with pytest.raises(IntegrationPaused) as pause:
        await github_tracker().find(MARKS[:1])
    assert pause.value.seconds == seconds


@pytest.mark.parametrize(
    ("fault", "told"),
    [
        (Fault(403, {"message": "Resource not accessible by personal access token"}), "not accessible by personal"),
        (Fault(410, {"message": "Issues are disabled for this repo"}), "switch issues on"),
        (Fault(410, {"message": "API version not supported"}), "410 API version not supported"),
        (Fault(301, {"message": "Moved Permanently"}), r"correct tickets\.github\.repository.*Moved Permanently"),
        (Fault(422, {"message": "Validation Failed"}), "refused .422 Validation Failed"),
    ],
)
async def test_what_github_refuses_for_good_is_told(github, github_tracker, fault, told) -> None:
    github.fail("create", fault)
    with pytest.raises(IntegrationRefused, match=told):
        await github_tracker().open(DRAFT, renew)


async def test_a_repository_that_is_not_there_is_named(github_tracker) -> None:
    with pytest.raises(IntegrationRefused, match=r"acme/nope: correct tickets\.github\.repository"):
        await github_tracker(repository="acme/nope").find(MARKS[:1])

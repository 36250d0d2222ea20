# ruff: noqa: A002, N802, N803, N815 - the names are Linear's
"""A Linear that holds every request against Linear's own schema, as far as BugHive speaks it."""

import json
import threading
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self
from uuid import UUID, uuid4

from aiohttp import web
from graphql import GraphQLError, build_schema, graphql_sync, parse, validate

from services.scripted import ScriptedService

SCHEMA = build_schema(Path(__file__).parents[1].joinpath("data/linear.graphql").read_text())
KEY = "lin_api_0123456789"
STATES = {"triage": 0, "backlog": 1, "unstarted": 2, "started": 3, "completed": 4, "canceled": 5}


def error(type_: str, message: str, status: int = 400) -> dict[str, object]:
    """An error as Linear writes it."""
    code = type_.upper().replace(" ", "_")
    extensions = {"type": type_, "code": code, "statusCode": status, "userPresentableMessage": message}
    return {"errors": [{"message": f"internal: {message}", "extensions": extensions}], "data": None}


# Linear answers 400, and says 429 inside.
RATELIMITED = error("ratelimited", "Rate limit exceeded.", 429)


@dataclass
class State:
    type: str
    team: str

    @property
    def id(self) -> str:
        return f"{self.team}-{self.type}"

    @property
    def name(self) -> str:
        return self.type.title()

    @property
    def position(self) -> float:
        return STATES[self.type]


@dataclass
class Team:
    key: str

    @property
    def id(self) -> str:
        return f"team-{self.key}"

    name = "A team"

    def states(self, _info, **_more) -> dict[str, Any]:
        return {"nodes": [State(type_, self.key) for type_ in STATES]}

    def defaultIssueState(self, _info) -> State:
        return State("backlog", self.key)


@dataclass
class Issue:
    id: str
    identifier: str
    team: Team
    title: str
    description: str = ""
    priority: float = 0
    labelIds: list[str] = field(default_factory=list)
    state: State = field(init=False)
    archivedAt: str | None = None
    canceledAt: str | None = None
    completedAt: str | None = None
    trashed: bool | None = None

    def __post_init__(self) -> None:
        self.state = State("backlog", self.team.key)

    @property
    def url(self) -> str:
        return f"https://linear.example/acme/issue/{self.identifier}"

    def close(self, at: str, type_: str = "completed") -> None:
        """As people do."""
        self.state = State(type_, self.team.key)
        self.completedAt, self.canceledAt = (at, None) if type_ == "completed" else (None, at)


@dataclass
class Attachment:
    id: str
    issue: Issue
    url: str
    title: str
    subtitle: str | None = None


@dataclass
class Label:
    id: str
    name: str
    team: Team | None = None
    isGroup: bool = False


class Workspace:
    """What Linear keeps; its methods answer the fields of the schema's roots."""

    def __init__(self, url: str) -> None:
        self.base = url
        self.organization = {"id": "org-acme", "name": "Acme", "urlKey": "acme"}
        self.all_teams = [Team("WEB"), Team("API")]
        self.issues_: list[Issue] = []
        self.attachments: list[Attachment] = []
        self.labels: list[Label] = []
        self.comments: list[dict[str, str]] = []
        self.files: dict[str, bytes] = {}
        self.labels_are_closed = False

    def teams(self, _info, filter: dict[str, Any], **_more) -> dict[str, Any]:
        return {"nodes": [team for team in self.all_teams if team.key == filter["key"]["eq"]]}

    def issueLabels(self, _info, filter: dict[str, Any], **_more) -> dict[str, Any]:
        wanted = {one["name"]["eqIgnoreCase"].lower() for one in filter["or"]}
        return {"nodes": [label for label in self.labels if label.name.lower() in wanted]}

    def issue(self, _info, id: str) -> Issue:
        return self.by_id(id)

    def issues(self, _info, filter: dict[str, Any], includeArchived: bool = False, **_more) -> dict[str, Any]:
        wanted = filter["id"]["in"]
        return {"nodes": [one for one in self.issues_ if one.id in wanted and (includeArchived or not one.archivedAt)]}

    def attachmentsForURL(self, _info, url: str, includeArchived: bool = False, **_more) -> dict[str, Any]:
        found = [one for one in self.attachments if one.url == url]
        return {"nodes": [one for one in found if includeArchived or not one.issue.archivedAt]}

    def issueCreate(self, _info, input: dict[str, Any]) -> dict[str, Any]:
        if any(issue.id == input["id"] for issue in self.issues_):
            raise refused("invalid input", f"Entity with id {input['id']} already exists.")
        if UUID(input["id"]).version != 4:
            raise refused("invalid input", "id must be a UUID")
        team = next((team for team in self.all_teams if team.id == input["teamId"]), None)
        if team is None or not set(input["labelIds"]) <= {label.id for label in self.labels}:
            raise refused("invalid input", "Entity not found: Team")
        number = sum(issue.team is team for issue in self.issues_) + 1
        rest = {name: input[name] for name in ("id", "title", "description", "priority", "labelIds")}
        issue = Issue(identifier=f"{team.key}-{number}", team=team, **rest)
        self.issues_.append(issue)
        return done(issue=issue)

    def issueUpdate(self, _info, id: str, input: dict[str, Any]) -> dict[str, Any]:
        issue = self.by_id(id)
        states = {state.id: state for state in (State(type_, issue.team.key) for type_ in STATES)}
        if input["stateId"] not in states:
            raise refused("invalid input", "This state is of another team.")
        if issue.archivedAt:
            raise refused("invalid input", "The issue is archived.")
        issue.state, issue.completedAt, issue.canceledAt = states[input["stateId"]], None, None
        return done(issue=issue)

    def issueUnarchive(self, _info, id: str) -> dict[str, Any]:
        issue = self.by_id(id)
        issue.archivedAt = None
        return done(entity=issue)

    def issueLabelCreate(self, _info, input: dict[str, Any]) -> dict[str, Any]:
        if self.labels_are_closed or any(one.name.lower() == input["name"].lower() for one in self.labels):
            raise refused("invalid input", "You cannot create this label.")
        label = Label(str(uuid4()), input["name"], next(team for team in self.all_teams if team.id == input["teamId"]))
        self.labels.append(label)
        return done(issueLabel=label)

    def attachmentCreate(self, _info, input: dict[str, Any]) -> dict[str, Any]:
        issue = self.by_id(input["issueId"])
        there = next((one for one in self.attachments if one.url == input["url"] and one.issue is issue), None)
        attachment = Attachment(str(uuid4()), issue, input["url"], input["title"], input.get("subtitle"))
        if there is None:
            self.attachments.append(attachment)
        return done(attachment=there or attachment)

    def commentCreate(self, _info, input: dict[str, Any]) -> dict[str, Any]:
        self.by_id(input["issueId"])
        self.comments.append({"issueId": input["issueId"], "body": input["body"]})
        return done(comment={"id": str(uuid4()), "body": input["body"]})

    def fileUpload(self, _info, contentType: str, filename: str, size: int, **_more) -> dict[str, Any]:
        place = {
            "uploadUrl": f"{self.base}/store/{filename}?signature=s%2Fig",
            "assetUrl": f"https://uploads.linear.example/{filename}",
            "contentType": contentType,
            "filename": filename,
            "size": size,
            "headers": [{"key": "x-goog-content-length-range", "value": f"{size},{size}"}],
        }
        return done(uploadFile=place)

    def by_id(self, id: str) -> Issue:
        found = next((issue for issue in self.issues_ if issue.id == id), None)
        if found is None:
            raise refused("invalid input", "Entity not found: Issue")
        return found


def done(**what: object) -> dict[str, object]:
    return {"success": True, "lastSyncId": 1.0, **what}


def refused(type_: str, message: str) -> GraphQLError:
    return GraphQLError(message, extensions=error(type_, message)["errors"][0]["extensions"])  # type: ignore[index]


class LinearService(ScriptedService):
    """It answers at ``url``/graphql; files are put to ``url``/store; ``url``/issues lists what it got, for people."""

    def __enter__(self) -> Self:
        super().__enter__()
        self.workspace = Workspace(self.url)
        self.invalid: list[str] = []
        """Requests that the schema does not know; each is a defect."""
        return self

    def operation(self, request: web.Request, content: Any) -> str:
        if request.method != "POST":
            return "Store" if request.method == "PUT" else "issues"
        return str(parse(content["query"]).definitions[0].name.value)

    def answer(self, request: web.Request, content: Any) -> web.Response:
        if request.method != "POST":
            return self._store(request, content) if request.method == "PUT" else self._issues()
        if request.headers.get("Authorization") != KEY:
            return web.json_response(error("authentication error", "Authentication required.", 401), status=401)
        problems = validate(SCHEMA, parse(content["query"]))
        result = graphql_sync(SCHEMA, content["query"], self.workspace, variable_values=content["variables"])
        # What no resolver raised is the schema's own word on the request.
        problems += [one for one in result.errors or () if not isinstance(one.original_error, GraphQLError)]
        self.invalid += [str(problem) for problem in problems]
        return web.Response(text=json.dumps(result.formatted), content_type="application/json")

    def _issues(self) -> web.Response:
        listed = [
            {
                "identifier": issue.identifier,
                "title": issue.title,
                "priority": issue.priority,
                "picture": "https://uploads.linear.example/" in issue.description,
            }
            for issue in self.workspace.issues_
        ]
        return web.json_response(listed)

    def _store(self, request: web.Request, content: bytes) -> web.Response:
        size = str(len(content))
        signed = request.headers.get("x-goog-content-length-range") == f"{size},{size}"
        if not signed or "Authorization" in request.headers or request.rel_url.raw_query_string != "signature=s%2Fig":
            return web.Response(status=403)
        self.workspace.files[request.path.rpartition("/")[2]] = content
        return web.Response()


def main() -> None:
    """Serve until killed; the first line says where, and by which key."""
    with LinearService() as service:
        print(json.dumps({"url": service.url, "key": KEY}), flush=True)  # noqa: T201 - for whoever started it
        threading.Event().wait()


if __name__ == "__main__":
    main()

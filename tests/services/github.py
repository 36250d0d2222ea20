"""GitHub's REST API for issues, as far as BugHive speaks it. Its search lags behind until it is told to look again."""

import re
from typing import Any

from aiohttp import web

from services.scripted import ScriptedService

TOKEN = "ghp_0123456789"
REPOSITORY = "acme/shop"
_ISSUES = f"/repos/{REPOSITORY}/issues"


class GitHubService(ScriptedService):
    """One repository."""

    def __init__(self) -> None:
        super().__init__()
        self.issues: list[dict[str, Any]] = []
        self.comments: list[dict[str, Any]] = []
        self.indexed = 0
        """How many of the issues the search knows."""

    def index(self) -> None:
        """Let the search catch up."""
        self.indexed = len(self.issues)

    def add(self, body: str, **more: object) -> dict[str, Any]:
        """An issue that somebody wrote."""
        number = len(self.issues) + 1
        issue = {
            "number": number,
            "html_url": f"https://github.example/{REPOSITORY}/issues/{number}",
            "repository_url": f"https://api.github.example/repos/{REPOSITORY}",
            "state": "open",
            "state_reason": None,
            "closed_at": None,
            "title": "",
            "body": body,
            "labels": [],
            **more,
        }
        self.issues.append(issue)
        return issue

    def operation(self, request: web.Request, _content: Any) -> str:
        if request.path == "/search/issues":
            return "search"
        if request.path == _ISSUES:
            return "list" if request.method == "GET" else "create"
        return "comment" if request.path.endswith("/comments") else "update"

    def answer(self, request: web.Request, content: Any) -> web.Response:
        operation = self.operation(request, content)
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"message": "Bad credentials"}, status=401)
        if not request.path.startswith((_ISSUES, "/search/")):
            return web.json_response({"message": "Not Found"}, status=404)
        if operation == "search":
            return self._search(request.query["q"])
        if operation == "list":
            assert request.query["state"] == "all"
            newest = self.issues[::-1][: int(request.query["per_page"])]
            return web.json_response(newest)
        return self._write(operation, request.path, content)

    def _write(self, operation: str, path: str, content: dict[str, Any]) -> web.Response:
        if operation == "create":
            labels = [{"name": name} for name in content.pop("labels")]
            return web.json_response(self.add(**content, labels=labels), status=201)
        issue = self.issues[int(path.split("/")[5]) - 1]
        if operation == "comment":
            self.comments.append({"number": issue["number"], **content})
            return web.json_response(self.comments[-1], status=201)
        issue.update(content, state_reason="reopened", closed_at=None)
        return web.json_response(issue)

    def _search(self, query: str) -> web.Response:
        """As issues are searched for since September 2025: an OR that no brackets hold leaves the repository."""
        asked = re.fullmatch(rf"repo:{REPOSITORY} is:issue in:body \((.+)\)", query)
        assert asked
        words = [word.removeprefix('"').removesuffix('"') for word in asked[1].split(" OR ")]
        assert len(words) <= 6
        assert len(asked[1].replace(" OR ", "")) <= 256
        known = [issue for issue in self.issues[: self.indexed] if not issue.get("pull_request")]
        found = [issue for issue in known if any(word in issue["body"] for word in words)]
        return web.json_response({"total_count": len(found), "incomplete_results": False, "items": found})

"""Secrets are planted, used by sessions on the whole of BugHive at log level DEBUG, and looked for everywhere."""

from secrets import token_hex

import pytest
from fixtures.canary import Tap, everything_in, files, forms, found
from sites.members.pages import ACCOUNT, ECHO
from sites.members.server import Members, in_a_thread

from bughive_crds.crawl_session import Phase

pytestmark = pytest.mark.timeout(300)


def canary() -> str:
    """A secret with what is written otherwise in addresses, JSON and HTML."""
    return f"cAnArY+/{token_hex(8)}&\"'<{token_hex(4)}>="


def plain() -> str:
    """One that may stand in a header or a cookie."""
    return f"cAnArY-{token_hex(12)}"


SECRETS = {
    "Basic": {"username": "ada", "password": canary()},
    "Bearer": {"token": plain()},
    "Cookie": {"cookie": f"member={plain()}; theme=dark"},
    "Header": {"name": "X-Api-Key", "value": plain()},
    "Form": {"username": "ada@lovelace.example", "password": canary()},
}


class Elsewhere(Members):
    """Another site, which lets everybody in."""

    def _knows(self, _):
        return True


@pytest.fixture(scope="module")
def variables(collector) -> dict[str, str]:
    return {"LOG_LEVEL": "DEBUG", "OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint}


def planted(sites: dict[str, Members]) -> list[str]:
    values = [value for secret in SECRETS.values() for key, value in secret.items() if key not in ("username", "name")]
    values += [value.removeprefix("member=").partition(";")[0] for value in values if value.startswith("member=")]
    values.append(f"{SECRETS['Basic']['username']}:{SECRETS['Basic']['password']}")
    return [*values, *(session for site in sites.values() for session in site.sessions)]


def test_a_secret_is_found_in_no_message_key_log_status_event_report_or_picture(installation, collector):
    name = f"control-{token_hex(6)}"
    sites: dict[str, Members] = {}
    other = Elsewhere("None", {})
    with Tap().on(installation.stack.env["REDIS_URL"]) as tap, in_a_thread(other, "127.0.0.2") as elsewhere:
        for kind, values in SECRETS.items():
            sites[kind] = site = Members(kind, values, elsewhere)
            literals = [f"--from-literal={key}={value}" for key, value in values.items()]
            installation.kubectl("create", "secret", "generic", f"login-{kind.lower()}", *literals)
            with in_a_thread(site) as url:
                session = f"{name}-{kind.lower()}"
                auth = {"type": kind, "secretRef": {"name": f"login-{kind.lower()}"}}
                cache = {"maxAgeSeconds": 3600}
                fast = {"requestsPerSecond": 100}
                uid = installation.apply(session, url=f"{url}/", auth=auth, browser=fast, resultCache=cache)
                installation.wait_for(session, Phase.COMPLETED)
            report = (installation.stack.artifacts / installation.namespace / uid / "report.json").read_text()
            assert f"{url}{ACCOUNT}" in report
            assert f"{url}{ECHO}" in report
            assert "--redacted--" in report, "the site did echo what it was sent"
    installation.wait("the spans", lambda: len(collector.named("crawl")) >= len(SECRETS))

    home = installation.home
    kinds = "crawlsessions,crawlreports,crawlschedules,events,events.events.k8s.io"
    left = {
        "monitor": bytes(tap.heard),
        "kubernetes": installation.kubectl("get", kinds, "-o", "yaml").encode(),
        "described": installation.kubectl("describe", "crawlsessions").encode(),
        "spans": repr(collector.spans).encode(),
        "elsewhere": other.sent().encode(),
    }
    places = [*left.items(), *files(home), *everything_in(installation.stack.env["REDIS_URL"])]

    # The search finds what is there: the session's name, in each place that could have given a secret away.
    told = {place for place, text in places if found(text, [name])}
    assert told >= {"monitor", "kubernetes", "described", "spans", "operator.log", "worker-crawl.log"}
    assert any(place.startswith("redis:") for place in told)
    assert any(place.endswith("report.json") for place in told)
    assert any(place.endswith("report.html") for place in told)
    assert b'"level": "debug"' in (home / "worker-crawl.log").read_bytes()
    assert b'"level": "debug"' in (home / "operator.log").read_bytes()

    canaries = planted(sites)
    assert len(canaries) >= len(SECRETS) + 2
    # The sites were sent them, so they were in use.
    for kind, site in sites.items():
        assert any(found(site.sent().encode(), [one]) for one in planted({kind: site})), kind
    assert {place: seen for place, text in places if (seen := found(text, canaries))} == {}


def test_the_search_finds_a_canary_in_every_form():
    secret = canary()
    for name, form in forms(secret).items():
        assert found(b"before " + form + b" behind", [secret]), name
    assert found(b"nothing of the kind", [secret]) == []

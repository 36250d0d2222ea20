"""``bughive crawl`` reads the same spec as the resource, and says what is wrong with it."""

import pytest

from bughive_crds.crawl_session import CrawlSessionSpec
from bughive_crds.model import Severity
from bughive_protocol.errors import InvalidSpec
from bughive_worker.cli.spec_file import load_spec

MANIFEST = """
apiVersion: bughive.dev/v1alpha1
kind: CrawlSession
metadata: {name: shop}
spec: {url: "https://shop.example/", scope: {maxPages: 7}}
"""


def test_a_url_alone_is_enough():
    assert load_spec(None, "https://shop.example/") == CrawlSessionSpec(url="https://shop.example/")


def test_a_manifest_and_its_spec_alone_read_the_same(tmp_path):
    manifest, bare = tmp_path / "session.yaml", tmp_path / "spec.json"
    manifest.write_text(MANIFEST)
    bare.write_text('{"url": "https://shop.example/", "scope": {"maxPages": 7}}')
    assert load_spec(manifest, None) == load_spec(bare, None)


def test_the_url_given_beside_a_file_wins(tmp_path):
    manifest = tmp_path / "session.yaml"
    manifest.write_text(MANIFEST)
    spec = load_spec(manifest, "https://staging.example/")
    assert (spec.url, spec.scope.max_pages) == ("https://staging.example/", 7)


def test_the_command_line_wins_over_the_file(tmp_path):
    manifest = tmp_path / "session.yaml"
    manifest.write_text(MANIFEST)
    spec = load_spec(manifest, None, Severity.LOW, 3)
    assert (spec.fail_on.severity, spec.scope.max_pages) == (Severity.LOW, 3)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("scope: {maxPages: 0}", "spec.scope.maxPages: Input should be greater than or equal to 1"),
        ("scope: {hosts: ['https://x/']}", r"spec.scope.hosts\[0\]: must be a host name"),
        ("scope: {}", "spec.url: Field required"),
        ("kind: Pod\napiVersion: v1", "must hold a bughive.dev/v1alpha1 CrawlSession, not a v1 Pod"),
        ("kind: CrawlSession\napiVersion: bughive.dev/v1alpha1", "has no spec"),
        ("- a", "must hold a CrawlSession or its spec, not list"),
        ("a: [", "is no YAML"),
    ],
)
def test_a_bad_file_is_refused_with_what_is_wrong(tmp_path, text, message):
    config = tmp_path / "session.yaml"
    config.write_text(text)
    with pytest.raises(InvalidSpec, match=message):
        load_spec(config, None)


def test_a_missing_file_is_named(tmp_path):
    with pytest.raises(InvalidSpec, match=r"cannot read .*absent.yaml: No such file"):
        load_spec(tmp_path / "absent.yaml", None)


def test_what_is_wrong_with_a_header_is_told_without_its_value(tmp_path):
    config = tmp_path / "session.yaml"
    config.write_text('{url: "https://a.example/", browser: {headers: {X-Gate: "T0KEN\\n"}}}')
    with pytest.raises(InvalidSpec, match=r"spec.browser.headers.X-Gate: must be one line") as refused:
        load_spec(config, None)
    assert "T0KEN" not in f"{refused.value} {refused.value.__cause__}"

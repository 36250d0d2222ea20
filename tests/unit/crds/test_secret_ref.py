"""Which Secrets a spec names, wherever in it they stand."""

from bughive_crds.crawl_session import CrawlSessionSpec
from bughive_crds.model import ApiModel
from bughive_crds.secret_ref import SecretRef, secret_names


class Hook(ApiModel):
    url: str = ""
    secret_ref: SecretRef | None = None


class Spec(ApiModel):
    hooks: tuple[Hook, ...] = ()
    hook: Hook = Hook()


def test_every_secret_that_a_spec_names_is_found_and_no_other_word_is_taken_for_one():
    named = [Hook(secret_ref=SecretRef(name=name)) for name in ("a", "b", "b")]
    spec = Spec(hooks=(*named, Hook(url="c")), hook=Hook(secret_ref=SecretRef(name="d")))
    assert secret_names(spec) == {"a", "b", "d"}
    assert secret_names(Spec()) == frozenset()


def test_the_login_of_a_session_is_among_them():
    auth = {"type": "Basic", "secretRef": {"name": "shop-login"}}
    assert secret_names(CrawlSessionSpec.model_validate({"url": "https://a.example/", "auth": auth})) == {"shop-login"}
    assert secret_names(CrawlSessionSpec.model_validate({"url": "https://a.example/"})) == frozenset()

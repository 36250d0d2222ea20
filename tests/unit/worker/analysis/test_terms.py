from decimal import Decimal

import pytest

from bughive_crds.analysis import AnalysisSpec, AnalysisStop
from bughive_protocol.ledger import Allowance
from bughive_worker.analysis.prices import Price, Usage, parse_prices
from bughive_worker.analysis.settings import AnalysisSettings
from bughive_worker.analysis.terms import NoTerms, Terms, terms_of

WISH = AnalysisSpec(enabled=True, max_usd=3, max_pages=7)


def settings(**fields) -> AnalysisSettings:
    return AnalysisSettings(**{"anthropic_api_key": "k", **fields})


def test_the_administrators_model_is_taken_where_the_spec_names_none():
    terms = terms_of(WISH, settings(), "ns")
    assert isinstance(terms, Terms)
    assert (terms.model, terms.price) == ("claude-haiku-5-5", Price(Decimal("0.10"), Decimal("0.50")))
    assert terms.allowance == Allowance(3_000_000, 7)
    named = terms_of(WISH.model_copy(update={"model": "claude-opus-5-5"}), settings(), "ns")
    assert isinstance(named, Terms)
    assert named.price == Price(Decimal(4), Decimal(20))


def test_the_administrators_bound_holds_whatever_the_spec_says():
    terms = terms_of(WISH, settings(analysis_max_usd=0.5), "ns")
    assert isinstance(terms, Terms)
    assert terms.allowance.micro_usd == 500_000


@pytest.mark.parametrize("key", [None, "", "  "])
def test_without_a_key_nobody_is_asked_and_it_is_said(key):
    for given in (settings(anthropic_api_key=key), None):
        terms = terms_of(WISH, given, "ns")
        assert isinstance(terms, NoTerms)
        assert terms.stop is AnalysisStop.NO_KEY
        assert "analysis was asked for, no key is configured" in terms.message


def test_a_model_without_a_price_is_not_asked():
    terms = terms_of(WISH.model_copy(update={"model": "gpt-99"}), settings(), "ns")
    assert isinstance(terms, NoTerms)
    assert terms.stop is AnalysisStop.UNKNOWN_MODEL
    assert "claude-haiku-5-5, claude-opus-5-5, claude-sonnet-5-5" in terms.message


def test_a_price_is_per_million_tokens_and_rounds_up():
    price = Price(Decimal("0.10"), Decimal("0.50"))
    assert price.of(Usage(1_000_000, 1_000_000)) == 600_000
    assert price.of(Usage(1, 0)) == 1
    assert Price(Decimal(2), Decimal(10)).of(Usage(0, 0, cache_written=1000)) == 2500


def test_prices_are_read():
    assert parse_prices(" a=1/2 , b@x=0.5/0.25,") == {
        "a": Price(Decimal(1), Decimal(2)),
        "b@x": Price(Decimal("0.5"), Decimal("0.25")),
    }
    with pytest.raises(ValueError, match="'a=1' is no price; write MODEL=INPUT/OUTPUT"):
        parse_prices("a=1")


def test_the_default_model_needs_a_price():
    with pytest.raises(ValueError, match="no price is set for BUGHIVE_ANALYSIS_MODEL=m"):
        settings(analysis_model="m")

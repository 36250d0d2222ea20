import pytest

from bughive_protocol.errors import EgressRefused, IntegrationUnavailable
from bughive_worker.runtime.child import Child
from bughive_worker.settings import WorkerSettings

METADATA = "http://169.254.169.254/"


async def no_work(*_):
    raise AssertionError("no session is crawled here")


@pytest.fixture
def child():
    child = Child(WorkerSettings(egress_allow_cidrs=()), no_work, 15)
    yield child
    child.close()
    child.loop.stop(5)


def test_a_child_opens_one_guarded_way_out_and_closes_it_in_the_end(child):
    outbound = child.loop.submit(child.outbound).result()
    assert child.loop.submit(child.outbound).result() is outbound

    def ask():
        return outbound.request("POST", METADATA, headers={}, body=b"", limit_bytes=0, timeout_seconds=5)

    with pytest.raises(EgressRefused, match="BUGHIVE_EGRESS_ALLOW_CIDRS"):
        child.loop.submit(ask).result()
    child.close()
    with pytest.raises(RuntimeError, match="not started"):
        child.loop.submit(ask).result()


def test_a_host_that_is_trusted_for_one_integration_is_so_for_no_other(child):
    trusting = child.loop.submit(lambda: child.outbound("localhost")).result()
    usual = child.loop.submit(child.outbound).result()
    assert child.loop.submit(lambda: child.outbound("localhost")).result() is trusting

    def ask(outbound):
        return lambda: outbound.request(
            "POST", "http://localhost:1/", headers={}, body=b"", limit_bytes=0, timeout_seconds=5
        )

    with pytest.raises(EgressRefused):
        child.loop.submit(ask(usual)).result()
    with pytest.raises(IntegrationUnavailable):
        child.loop.submit(ask(trusting)).result()

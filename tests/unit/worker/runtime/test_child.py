import pytest

from bughive_protocol.errors import EgressRefused
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

"""What an installation holds: processes, open files, memory, keys in Redis."""

from dataclasses import dataclass

from .place import Place


@dataclass(frozen=True)
class Holdings:
    processes: int
    files: int
    mebibytes: float
    keys: int
    """Keys in Redis that never expire."""

    @classmethod
    def of(cls, place: Place, worker: str) -> "Holdings":
        installation = place.installation
        parent = installation.process(worker)
        family = [parent, *parent.children(recursive=True)]
        keys = installation.redis.scan_iter(count=1000)
        return cls(
            len(family),
            sum(process.num_fds() for process in [parent, *parent.children()]),
            sum(process.memory_info().rss for process in [parent, *parent.children()]) / 2**20,
            sum(installation.redis.ttl(key) == -1 for key in keys),
        )


def crawl_and_delete(place: Place, url: str, first: int, count: int) -> None:
    """Have real sessions of a small site crawled one after the other, and delete them."""
    for n in range(first, first + count):
        session = place.apply(f"small-{n}", url=url, browser={"requestsPerSecond": 100})
        session.wait("is Completed", lambda session=session: session.status.phase == "Completed")
        place.delete(session.name)
        session.wait("Redis is clean", lambda session=session: not session.stored)


def nothing_leaks(place: Place, url: str, warm: int, count: int, worker: str) -> tuple[Holdings, Holdings]:
    """After some sessions that warm up, further ones leave nothing behind: before and after."""
    crawl_and_delete(place, url, 0, warm)
    before = Holdings.of(place, worker)
    crawl_and_delete(place, url, warm, count)
    after = Holdings.of(place, worker)
    told = f"{before} became {after}"
    assert after.processes <= before.processes + 2, told
    assert after.files <= before.files + 8, told
    assert after.mebibytes <= before.mebibytes + 40, told
    assert after.keys <= before.keys, told
    return before, after

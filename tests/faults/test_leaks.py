"""Sessions that were crawled and deleted leave nothing behind. ``make soak`` has 500."""

from fixtures.small_site import small_site

from .leak import nothing_leaks


def test_small_sessions_through_one_worker(place, recovery) -> None:
    with small_site() as url, place.installation.without("worker-b"):
        before, after = nothing_leaks(place, url, warm=6, count=16, worker="worker-a")
        grown = after.mebibytes - before.mebibytes
        recovery.note(f"leak check: 16 sessions, memory {grown:+.0f} MiB, keys {after.keys - before.keys:+d}", 0)

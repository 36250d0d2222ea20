"""Reads what ``lua/observe.lua`` answers."""

from collections.abc import Sequence
from typing import Any

from bughive_protocol.deliveries import Deliveries
from bughive_protocol.lease import Release, ReleaseReason, Signal
from bughive_protocol.picture import Crowded
from bughive_protocol.redis_time import optional_moment
from bughive_protocol.snapshot import Digest, LeaseView, SessionSnapshot, Verdict
from bughive_protocol.tally import counts_of
from bughive_protocol.ticket_record import read_records


def read_snapshot(session_id: str, answer: Sequence[Any]) -> SessionSnapshot:
    """One session's answer as a snapshot."""
    now, fence, held, released, verdict, digest, state, counted, expires_at, deliveries, tickets = answer
    attempt, generation, signal, sent_at, sends, started_at, shards = fence
    records = {int(released[i]): Release.model_validate_json(released[i + 1]) for i in range(0, len(released), 2)}
    current_url, updated_at, crowded = state
    counts = counts_of(counted)
    return SessionSnapshot(
        session_id=session_id,
        attempt=int(attempt or 0),
        generation=int(generation or 0),
        signal=Signal(signal or Signal.RUN),
        sent_ago=None if sent_at is None else (now - int(sent_at)) / 1000,
        sends=int(sends or 0),
        leases=tuple(sorted((_lease(view) for view in held), key=lambda view: view.shard)),
        shards=int(shards or 1),
        releases=records,
        release=_release(list(records.values())),
        verdict=None if verdict is None else Verdict.model_validate_json(verdict),
        digest=None if digest is None else Digest.model_validate_json(digest),
        counts=counts,
        bugs=counts.by_severity,
        current_url=current_url,
        crowded=Crowded(crowded) if crowded in set(Crowded) else None,  # a word of another version is none
        started_at=optional_moment(started_at),
        updated_at=optional_moment(updated_at),
        acknowledged=expires_at is not None,
        deliveries=Deliveries.read(_fields(deliveries)),
        tickets=read_records(_fields(tickets)),
    )


def _fields(pairs: Sequence[str]) -> dict[str, str]:
    return {pairs[i]: pairs[i + 1] for i in range(0, len(pairs), 2)}


def _lease(view: Sequence[Any]) -> LeaseView:
    shard, token, worker, expires_in = view
    attempt, epoch, _owner = token.split(".")
    return LeaseView(
        shard=int(shard), attempt=int(attempt), epoch=int(epoch), worker=worker or "", expires_in=int(expires_in) / 1000
    )


def _release(records: Sequence[Release]) -> Release | None:
    """Of several shards' records the one that tells most: an error before anything else, then the latest."""
    return max(records, key=lambda record: (record.reason is ReleaseReason.ERROR, record.at), default=None)

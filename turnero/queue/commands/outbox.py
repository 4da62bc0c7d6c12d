"""The outbox: messages are written down, then sent, and never twice by guessing.

What is sent is begun in the database before the first byte leaves. An attempt whose end nobody
knows is repeated only where the channel takes a message of the same id once. Sending itself is
telephony/messages/worker.py's.
"""

from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, insert, select, update

from turnero.queue.commands.people import arm, opted_out
from turnero.queue.outbox import LEASE_MS, SORTS, Channel, Result, next_try
from turnero.queue.people_facts import OutboxEnded
from turnero.queue.people_tables import CHANNELS, outbox
from turnero.queue.states import State
from turnero.queue.tables import ticket
from turnero.store.sql import Query, Statement
from turnero.store.tx import Tx

_NEW = Statement(
    insert(outbox).returning(outbox.c.id),
    columns=[
        *("site", "sort", "channel", "to_index", "to_sealed", "language", "params", "state"),
        *("attempts", "due_ms", "until_ms", "created_ms", "dedup"),
    ],
)
_SAID = Statement(
    select(outbox.c.id).where(
        outbox.c.site == bindparam("site"), outbox.c.dedup == bindparam("dedup")
    )
)
_ROW = Statement(
    select(*outbox.c).where(outbox.c.site == bindparam("site"), outbox.c.id == bindparam("id"))
)
_DUE = Statement(
    select(outbox.c.id, outbox.c.site)
    .where(outbox.c.ended_ms.is_(None), outbox.c.due_ms <= bindparam("now"))
    .order_by(outbox.c.due_ms, outbox.c.id)
    .limit(bindparam("limit"))
)
_MOVE = Statement(
    update(outbox)
    .where(outbox.c.id == bindparam("b_id"))
    .values(
        state=bindparam("b_state"),
        attempts=bindparam("b_attempts"),
        reason=bindparam("b_reason"),
        due_ms=bindparam("b_due"),
    )
)
#: nobody is written to again with it: the address goes with its end
_END = Statement(
    update(outbox)
    .where(outbox.c.id == bindparam("b_id"))
    .values(
        state=bindparam("b_state"),
        reason=bindparam("b_reason"),
        ended_ms=bindparam("b_now"),
        to_sealed=b"",
    )
)
_TICKET = Statement(select(ticket.c.state).where(ticket.c.id == bindparam("id")))

#: of a ticket that has its place in line still
_WAITING: Final = frozenset({State.WAITING, State.RETRY, State.AWAY, State.PARKED})


class Post(msgspec.Struct, frozen=True):
    """A message to somebody. `to_sealed` is the vault's; `repr` shows nothing of it."""

    #: of outbox.SORTS
    sort: str
    channel: Channel
    to_index: str
    to_sealed: bytes
    language: str
    #: ids and figures, of which the sentence is made when it is sent
    params: dict[str, str | int]
    #: what it is about: it is said once
    dedup: str

    def __repr__(self) -> str:
        return f"Post({self.sort}, {self.dedup})"


class Claim(msgspec.Struct, frozen=True):
    """Begin to send this message."""

    message: int
    #: its channel takes a message of the same id once: an attempt cut off is repeated
    idempotent: bool


class Claimed(msgspec.Struct, frozen=True):
    """What is to be sent, to whom, and which attempt it is. None of it goes into a reply."""

    message: int
    attempt: int
    sort: str
    channel: Channel
    to_sealed: bytes
    language: str
    params: dict[str, str | int]

    def __repr__(self) -> str:
        return f"Claimed({self.message}, {self.attempt})"


class Settle(msgspec.Struct, frozen=True):
    """What became of an attempt."""

    message: int
    attempt: int
    result: Result
    idempotent: bool
    #: a word of ours
    reason: str | None = None


class Drop(msgspec.Struct, frozen=True):
    """It will not be sent."""

    message: int
    reason: str


class Stands(msgspec.Struct, frozen=True):
    """Of people_tables.MESSAGE_STATES."""

    state: str


def post(tx: Tx, request: Post) -> int | None:
    """Write a message down; its id. None: it was said already, or they want no messages."""
    if request.sort not in SORTS or request.channel not in CHANNELS:
        raise AssertionError(f"no such message: {request!r}")
    if opted_out(tx, tx.site, request.to_index):
        return None
    if tx.row(_SAID, site=tx.site, dedup=request.dedup) is not None:
        return None
    (made,) = tx.rows(
        _NEW,
        site=tx.site,
        sort=request.sort,
        channel=request.channel,
        to_index=request.to_index,
        to_sealed=request.to_sealed,
        language=request.language,
        params=msgspec.json.encode(request.params, order="sorted").decode(),
        state="queued",
        attempts=0,
        due_ms=tx.now_ms,
        until_ms=tx.now_ms + SORTS[request.sort].good_for_ms,
        created_ms=tx.now_ms,
        dedup=request.dedup,
    )
    arm(tx)
    return int(made.id)


def due(q: Query, now_ms: int, limit: int) -> list[tuple[int, int]]:
    """Messages to be looked at now, oldest first, of all sites: id and site."""
    return [(row.id, row.site) for row in q.rows(_DUE, now=now_ms, limit=limit)]


def channel_of(q: Query, site: int, message: int) -> Channel | None:
    """The channel of a message that has not ended; None where there is none."""
    row = q.row(_ROW, site=site, id=message)
    return None if row is None or row.ended_ms is not None else row.channel


def claim(tx: Tx, request: Claim) -> Claimed | None:
    """Begin an attempt; None: nothing is to be sent now. From the commit on it counts as begun."""
    row = tx.row(_ROW, site=tx.site, id=request.message)
    if row is None or row.ended_ms is not None or row.due_ms > tx.now_ms:
        return None
    if row.state == "sending" and not (request.idempotent and _again(tx, row) is not None):
        _end(tx, row, "unknown", "interrupted")
        return None
    params = msgspec.json.decode(row.params, type=dict[str, str | int])
    why = _pointless(tx, row, params)
    if why is not None:
        _end(tx, row, "dropped", why)
        return None
    attempt = row.attempts + 1
    _move(tx, row, "sending", attempt, None, tx.now_ms + LEASE_MS)
    return Claimed(
        row.id, attempt, row.sort, row.channel, bytes(row.to_sealed), row.language, params
    )


def settle(tx: Tx, request: Settle) -> Stands:
    """Write down what became of an attempt. One that came too late changes nothing."""
    row = tx.row(_ROW, site=tx.site, id=request.message)
    if row is None or row.state != "sending" or row.attempts != request.attempt:
        return Stands("dropped" if row is None else row.state)
    ended = {"sent": "sent", "unknown": "unknown"}.get(request.result, "failed")
    repeated = request.result == "failed" or (request.result == "unknown" and request.idempotent)
    again_ms = _again(tx, row) if repeated else None
    if again_ms is None:
        return _end(tx, row, ended, request.reason)
    return _move(tx, row, "queued", row.attempts, request.reason, again_ms)


def drop(tx: Tx, request: Drop) -> Stands:
    """Do not send it; nothing where it has ended, or is being sent. One cut off ends as unknown."""
    row = tx.row(_ROW, site=tx.site, id=request.message)
    if row is None or row.ended_ms is not None or row.due_ms > tx.now_ms:
        return Stands("dropped" if row is None else row.state)
    if row.state == "sending":
        return _end(tx, row, "unknown", "interrupted")
    return _end(tx, row, "dropped", request.reason)


def _again(tx: Tx, row: Any) -> int | None:
    return next_try(row.attempts, tx.now_ms, row.until_ms)


def _pointless(tx: Tx, row: Any, params: dict[str, str | int]) -> str | None:
    """Why nobody wants it any more; None: somebody does."""
    if row.until_ms <= tx.now_ms:
        return "too-late"
    if opted_out(tx, tx.site, row.to_index):
        return "opted-out"
    about = params.get("ticket")
    if SORTS[row.sort].while_waiting and about is not None:
        found = tx.row(_TICKET, id=about)
        if found is None or found.state not in _WAITING:
            return "over"
    return None


def _move(tx: Tx, row: Any, state: str, attempts: int, reason: str | None, due_ms: int) -> Stands:
    tx.run(_MOVE, b_id=row.id, b_state=state, b_attempts=attempts, b_reason=reason, b_due=due_ms)
    return Stands(state)


def _end(tx: Tx, row: Any, state: str, reason: str | None) -> Stands:
    tx.run(_END, b_id=row.id, b_state=state, b_reason=reason, b_now=tx.now_ms)
    about = msgspec.json.decode(row.params, type=dict[str, str | int]).get("ticket")
    tx.append(
        OutboxEnded(
            message=row.id,
            sort=row.sort,
            channel=row.channel,
            state=state,
            reason=reason,
            ticket=about if isinstance(about, str) else None,
        )
    )
    return Stands(state)

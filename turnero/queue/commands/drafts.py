"""A description that somebody is still writing: kept between the steps of the first-run wizard, so
that it can be left and resumed, on another device too.

No facts: what is not loaded has not happened. Each change names the version that it was made on;
the later of two that were made on the same one is refused.
"""

import msgspec
from sqlalchemy import bindparam, delete, insert, select, update

from turnero.queue import refusals
from turnero.queue.tables import draft
from turnero.store.sql import Query, Statement
from turnero.store.tx import Tx

_COLUMNS = (draft.c.id, draft.c.step, draft.c.body, draft.c.version, draft.c.by, draft.c.at_ms)
_NEWEST = Statement(select(*_COLUMNS).order_by(draft.c.id.desc()).limit(1))
_NEW = Statement(
    insert(draft)
    .values({name: bindparam(name) for name in ("step", "body", "version", "by", "at_ms")})
    .returning(draft.c.id)
)
_SAVE = Statement(
    update(draft)
    .where(draft.c.id == bindparam("b_id"), draft.c.version == bindparam("b_version"))
    .values(
        step=bindparam("b_step"),
        body=bindparam("b_body"),
        version=draft.c.version + 1,
        by=bindparam("b_by"),
        at_ms=bindparam("b_at"),
    )
)
_END = Statement(
    delete(draft).where(draft.c.id == bindparam("b_id"), draft.c.version == bindparam("b_version"))
)


class Draft(msgspec.Struct, frozen=True):
    """A draft as it stands."""

    id: int
    #: where whoever wrote it last goes on
    step: str
    #: JSON
    body: str
    version: int
    #: who wrote it last, and when
    by: str
    at_ms: int


class Begin(msgspec.Struct, frozen=True):
    """Begin a draft; the one there is goes on instead."""

    step: str
    body: str


class Save(msgspec.Struct, frozen=True):
    """The draft's next state, made on this version."""

    id: int
    version: int
    step: str
    body: str


class End(msgspec.Struct, frozen=True):
    """The draft is done with."""

    id: int
    version: int


class Kept(msgspec.Struct, frozen=True):
    """Which draft, and its version now."""

    id: int
    version: int


def newest(q: Query) -> Draft | None:
    """The draft there is."""
    row = q.row(_NEWEST)
    return None if row is None else Draft(*row)


def begin(tx: Tx, request: Begin) -> Kept:
    """Begin, or go on with the one there is."""
    there = newest(tx)
    if there is not None:
        return Kept(there.id, there.version)
    (made,) = tx.rows(
        _NEW, step=request.step, body=request.body, version=1, by=tx.actor, at_ms=tx.now_ms
    )
    return Kept(made.id, 1)


def save(tx: Tx, request: Save) -> Kept:
    """Write the next state; refused when the draft is another by now."""
    changed = tx.run(
        _SAVE,
        b_id=request.id,
        b_version=request.version,
        b_step=request.step,
        b_body=request.body,
        b_by=tx.actor,
        b_at=tx.now_ms,
    )
    if changed != 1:
        raise refusals.refused("draft-changed")
    return Kept(request.id, request.version + 1)


def end(tx: Tx, request: End) -> None:
    """Forget it; refused when it is another by now."""
    if tx.run(_END, b_id=request.id, b_version=request.version) != 1:
        raise refusals.refused("draft-changed")

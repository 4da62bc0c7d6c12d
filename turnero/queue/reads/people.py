"""What is kept of one number at one site, found by its blind index. No digit but the last three."""

from typing import Final

import msgspec
from sqlalchemy import Text, bindparam, exists, func, literal_column, or_, select, union_all

from turnero.queue.callback_rows import ON_THE_LINE
from turnero.queue.callback_tables import callback, leg
from turnero.queue.callbacks import AT_DESK
from turnero.queue.people_tables import outbox, phone
from turnero.queue.tables import note, service, ticket
from turnero.store.sql import Query, Statement

#: words beside facts that are of a callback's person: why they asked, what an agent noted
WORDS: Final = ("callback-asked", "callback-noted")

_PHONE: Final = Statement(
    select(
        phone.c.id,
        phone.c.tail,
        phone.c.created_ms,
        phone.c.last_used_ms,
        phone.c.opted_out_ms,
        func.length(phone.c.sealed).label("digits"),
    ).where(phone.c.site == bindparam("site"), phone.c.number_index == bindparam("index"))
)
_OF_NUMBER: Final = (
    callback.c.site == bindparam("site"),
    callback.c.number_index == bindparam("index"),
)
_CALLS: Final = Statement(
    select(
        callback.c.id,
        callback.c.ticket,
        ticket.c.number,
        service.c.key,
        callback.c.stage,
        callback.c.how,
        callback.c.asked_ms,
        callback.c.end,
        callback.c.ended_ms,
        callback.c.name.is_not(None).label("named"),
        exists()
        .where(
            note.c.ticket == callback.c.ticket,
            or_(*(note.c.what == literal_column(f"'{one}'", Text) for one in WORDS)),
        )
        .label("words"),
    )
    .select_from(
        callback.join(ticket, ticket.c.id == callback.c.ticket).join(
            service, service.c.id == callback.c.service
        )
    )
    .where(*_OF_NUMBER)
    .order_by(callback.c.asked_ms)
)
#: callbacks of which a telephone is in use, or may still ring as far as anybody knows
_IN_USE: Final = Statement(
    union_all(
        select(leg.c.callback).where(
            leg.c.callback.in_(select(callback.c.id).where(*_OF_NUMBER)),
            leg.c.ended_ms.is_(None),
        ),
        select(leg.c.callback).where(
            leg.c.number_index == bindparam("index"),
            leg.c.outcome == literal_column("'unknown'"),
            leg.c.up_ms.is_(None),
            leg.c.until_ms > bindparam("now"),
        ),
    )
)
_MESSAGES: Final = Statement(
    select(func.count().label("n")).where(
        outbox.c.site == bindparam("site"),
        outbox.c.to_index == bindparam("index"),
        outbox.c.ended_ms.is_(None),
    )
)


class CallOf(msgspec.Struct, frozen=True):
    """A callback of the number."""

    id: str
    #: its place in line, and that one's number
    ticket: str
    number: str
    #: the service's key
    service: str
    #: of callbacks.Stage
    stage: str
    how: str
    asked_ms: int
    #: of callbacks.ENDS; None: it is not over
    end: str | None
    ended_ms: int | None
    #: whom to ask for is kept, sealed
    named: bool
    #: why they asked, or what an agent noted, is kept
    words: bool
    #: a desk has it, or a telephone of it is in use
    busy: bool


class KeptOf(msgspec.Struct, frozen=True):
    """What is kept of a number."""

    #: its row; None: there is none
    phone: int | None
    #: its last three digits; "": the number itself is not kept (any more), nor since and until when
    tail: str
    since_ms: int | None
    used_ms: int | None
    opted_out: bool
    calls: list[CallOf]
    #: not sent yet
    messages: int

    @property
    def open(self) -> list[CallOf]:
        """Callbacks that are not over."""
        return [one for one in self.calls if one.ended_ms is None]

    @property
    def ended(self) -> list[CallOf]:
        """Callbacks that are."""
        return [one for one in self.calls if one.ended_ms is not None]

    @property
    def busy(self) -> CallOf | None:
        """What must end before anything can be erased."""
        return next((one for one in self.calls if one.busy), None)


def kept_of(q: Query, site: int, index: str, line_ms: int) -> KeptOf:
    """All that is found by a number's index."""
    row = q.row(_PHONE, site=site, index=index)
    there = row is not None and row.digits > 0
    in_use = {one.callback for one in q.rows(_IN_USE, site=site, index=index, now=line_ms)}
    calls = []
    for one in q.rows(_CALLS, site=site, index=index):
        held = one.ended_ms is None and (one.stage in AT_DESK or one.how in ON_THE_LINE)
        flags = (bool(one.named), bool(one.words), held or one.id in in_use)
        calls.append(CallOf(*(*one[:-2], *flags)))
    waiting = q.row(_MESSAGES, site=site, index=index)
    return KeptOf(
        phone=None if row is None else row.id,
        tail=row.tail if row is not None and there else "",
        since_ms=row.created_ms if row is not None and there else None,
        used_ms=row.last_used_ms if row is not None and there else None,
        opted_out=row is not None and row.opted_out_ms is not None,
        calls=calls,
        messages=0 if waiting is None else waiting.n,
    )

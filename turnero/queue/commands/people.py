"""Telephone numbers that people gave: kept sealed, shown to staff on the record, erased on schedule.

No command sees a digit: who takes a number down normalises and seals it first
(telephony/numbers.py), who shows or dials one opens it after.
"""

from typing import Any, Final

import msgspec
from sqlalchemy import Text, bindparam, delete, func, insert, literal_column, or_, select, update

from turnero.queue import refusals
from turnero.queue.call_settings import call_settings_of
from turnero.queue.callback_tables import callback, leg
from turnero.queue.people_facts import NumberOptedOut, PeopleErased
from turnero.queue.people_tables import outbox, phone
from turnero.queue.reads.people import WORDS
from turnero.queue.tables import note, site
from turnero.store.sql import Query, Statement
from turnero.store.tables import timer
from turnero.store.timers import TimerDue
from turnero.store.tx import Tx
from turnero.store.vault import Sealed

#: timer: erase what was not used for long. One a site, daily while there is anything.
ERASE: Final = "people-erase"
_DAY_MS: Final = 24 * 3600 * 1000
#: rows of each kind erased in one transaction; the rest a moment later
PORTION: Final = 500
_SOON_MS: Final = 1000

_FIND = Statement(
    select(phone.c.id, phone.c.opted_out_ms).where(
        phone.c.site == bindparam("site"), phone.c.number_index == bindparam("index")
    )
)
_BY_ID = Statement(
    select(
        phone.c.id, phone.c.sealed, phone.c.region, phone.c.sort, phone.c.tail, phone.c.opted_out_ms
    ).where(phone.c.site == bindparam("site"), phone.c.id == bindparam("id"))
)
_NEW = Statement(
    insert(phone).returning(phone.c.id),
    columns=[
        *("site", "number_index", "sealed", "region", "sort", "tail"),
        *("created_ms", "last_used_ms"),
    ],
)
_AGAIN = Statement(
    update(phone)
    .where(phone.c.id == bindparam("b_id"))
    .values(
        sealed=bindparam("b_sealed"),
        region=bindparam("b_region"),
        sort=bindparam("b_sort"),
        tail=bindparam("b_tail"),
        last_used_ms=bindparam("b_now"),
    )
)
_OPT_OUT = Statement(
    update(phone).where(phone.c.id == bindparam("b_id")).values(opted_out_ms=bindparam("b_now"))
)
_ARMED = Statement(
    select(timer.c.due_ms).where(timer.c.site == bindparam("site"), timer.c.kind == ERASE)
)
_SETTINGS = Statement(select(site.c.callbacks).where(site.c.no == bindparam("site")))

#: numbers of callbacks that are open, or ended since
_CALLED = select(callback.c.phone).where(
    callback.c.site == bindparam("b_site"),
    or_(callback.c.ended_ms.is_(None), callback.c.ended_ms >= bindparam("b_before")),
)
_UNUSED = (
    phone.c.site == bindparam("b_site"),
    phone.c.last_used_ms < bindparam("b_before"),
    # Read once, not for each number: there are many more callbacks than numbers to erase.
    phone.c.id.not_in(_CALLED),
)
_FORGET = Statement(
    delete(phone).where(
        phone.c.id.in_(
            select(phone.c.id).where(*_UNUSED, phone.c.opted_out_ms.is_(None)).limit(PORTION)
        )
    )
)
#: who opted out stays known by the index alone, so that no list rings them again
_EMPTIED: Final = {"sealed": b"", "tail": ""}
_EMPTY = Statement(
    update(phone)
    .where(
        phone.c.id.in_(
            select(phone.c.id)
            .where(*_UNUSED, phone.c.opted_out_ms.is_not(None), func.length(phone.c.sealed) > 0)
            .limit(PORTION)
        )
    )
    .values(_EMPTIED)
)
_FORGET_ONE = Statement(delete(phone).where(phone.c.id == bindparam("b_id")))
_EMPTY_ONE = Statement(update(phone).where(phone.c.id == bindparam("b_id")).values(_EMPTIED))
_MESSAGES = Statement(
    delete(outbox).where(
        outbox.c.id.in_(
            select(outbox.c.id)
            .where(outbox.c.site == bindparam("b_site"), outbox.c.until_ms < bindparam("b_before"))
            .limit(PORTION)
        )
    )
)
_OLD_CALLBACKS = Statement(
    select(callback.c.id, callback.c.ticket)
    .where(
        callback.c.site == bindparam("site"),
        callback.c.ended_ms < bindparam("before"),
        callback.c.number_index != "",
    )
    .limit(PORTION)
)
_BARE = Statement(
    update(callback)
    .where(callback.c.id == bindparam("b_id"))
    # Who rang in is counted by the index: it is the source too.
    .values(number_index="", tail="", name=None, source="")
)
_BARE_LEGS = Statement(
    update(leg).where(leg.c.callback == bindparam("b_callback")).values(number_index=None)
)
_NO_WORDS = Statement(
    delete(note).where(
        note.c.ticket == bindparam("b_ticket"),
        or_(*(note.c.what == literal_column(f"'{one}'", Text) for one in WORDS)),
    )
)
_ANY = Statement(
    select(phone.c.id)
    .where(phone.c.site == bindparam("site"), func.length(phone.c.sealed) > 0)
    .limit(1)
)
_ANY_MESSAGE = Statement(select(outbox.c.id).where(outbox.c.site == bindparam("site")).limit(1))


class PhoneNamed(msgspec.Struct, frozen=True):
    """A number's row."""

    phone: int


class Erased(msgspec.Struct, frozen=True):
    """What an erasure erased."""

    numbers: int
    messages: int
    callbacks: int


class PhoneRow(msgspec.Struct, frozen=True):
    """A number as rows have it; `repr` shows nothing of it."""

    id: int
    sealed: bytes
    region: str
    sort: str
    tail: str
    opted_out: bool

    def __repr__(self) -> str:
        return f"PhoneRow({self.id})"


def keep_phone(tx: Tx, number: Sealed) -> int:
    """Keep a number at this site, or use the one that is kept already; its row's id."""
    row = tx.row(_FIND, site=tx.site, index=number.index)
    if row is not None:
        tx.run(
            _AGAIN,
            b_id=row.id,
            b_sealed=number.sealed,
            b_region=number.region,
            b_sort=number.sort,
            b_tail=number.tail,
            b_now=tx.now_ms,
        )
        arm(tx)
        return int(row.id)
    (made,) = tx.rows(
        _NEW,
        site=tx.site,
        number_index=number.index,
        sealed=number.sealed,
        region=number.region,
        sort=number.sort,
        tail=number.tail,
        created_ms=tx.now_ms,
        last_used_ms=tx.now_ms,
    )
    arm(tx)
    return int(made.id)


def phone_of(q: Query, site_number: int, id_: int) -> PhoneRow | None:
    """A number's row; None where there is none, or its digits were erased."""
    row = q.row(_BY_ID, site=site_number, id=id_)
    if row is None or not row.sealed:
        return None
    return PhoneRow(
        row.id, bytes(row.sealed), row.region, row.sort, row.tail, row.opted_out_ms is not None
    )


def opted_out(q: Query, site_number: int, index: str) -> bool:
    """Whether whoever has the number of that index wants no messages and no surveys."""
    row = q.row(_FIND, site=site_number, index=index)
    return row is not None and row.opted_out_ms is not None


def opt_out(tx: Tx, request: PhoneNamed) -> PhoneNamed:
    """No messages and no surveys from now on; a callback that they ask for themselves is kept."""
    row = _there(tx, request.phone)
    if row.opted_out_ms is None:
        tx.run(_OPT_OUT, b_id=request.phone, b_now=tx.now_ms)
        tx.append(NumberOptedOut(request.phone))
    return request


def erase_on_time(tx: Tx, _due: TimerDue) -> Erased:
    """Timer: erase what was not used for as long as the site keeps it, and see to the next time."""
    found = tx.row(_SETTINGS, site=tx.site)
    keep_days = call_settings_of(found.callbacks).keep_days if found is not None else 0
    before = tx.now_ms - keep_days * _DAY_MS
    deleted = tx.run(_FORGET, b_site=tx.site, b_before=before)
    emptied = tx.run(_EMPTY, b_site=tx.site, b_before=before)
    messages = tx.run(_MESSAGES, b_site=tx.site, b_before=before)
    old = tx.rows(_OLD_CALLBACKS, site=tx.site, before=before)
    for row in old:
        bare(tx, row.id, row.ticket)
    done = Erased(deleted + emptied, messages, len(old))
    if any((done.numbers, done.messages, done.callbacks)):
        tx.append(PeopleErased(done.numbers, done.messages, done.callbacks))
    if PORTION in (deleted, emptied, messages, len(old)):
        tx.timer(ERASE, "", tx.now_ms + _SOON_MS)
    elif any(tx.row(one, site=tx.site) is not None for one in (_ANY, _ANY_MESSAGE)):
        tx.timer(ERASE, "", tx.now_ms + _DAY_MS)
    return done


def bare(tx: Tx, callback_id: str, ticket_id: str) -> None:
    """Nothing leads from a callback that has ended to a person any more."""
    tx.run(_BARE, b_id=callback_id)
    tx.run(_BARE_LEGS, b_callback=callback_id)
    tx.run(_NO_WORDS, b_ticket=ticket_id)


def erase_digits(tx: Tx, id_: int, *, opted_out: bool) -> None:
    """The digits of one number go, and its row with them unless it keeps that they opted out."""
    tx.run(_EMPTY_ONE if opted_out else _FORGET_ONE, b_id=id_)


def arm(tx: Tx) -> None:
    """Something personal is kept: see to it that it is erased in time."""
    if tx.row(_ARMED, site=tx.site) is None:
        tx.timer(ERASE, "", tx.now_ms + _DAY_MS)


def _there(tx: Tx, id_: int) -> Any:
    row = tx.row(_BY_ID, site=tx.site, id=id_)
    if row is None or not row.sealed:
        raise refusals.unknown("phone-unknown")
    return row

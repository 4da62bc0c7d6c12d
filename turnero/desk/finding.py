"""Finding a ticket that is lost: by its number, by its code typed or scanned, by service and minute.

Only reads, of today's tickets of one site. A number may be written as people write it: with or
without spaces and zeros, or its figures alone; then several tickets may have it.
"""

import hmac
from datetime import datetime, time, timedelta
from typing import Annotated, Any, Final
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Meta
from sqlalchemy import bindparam, select

from turnero.queue import reads as line
from turnero.queue import scanned
from turnero.queue.codes import short_code
from turnero.queue.numbers import day_of
from turnero.queue.tables import attention, service, ticket
from turnero.queue.views import Names
from turnero.store.sql import Query, Statement

#: shown at most; whoever has more to choose from says more
MOST: Final = 12
#: how far from the minute that somebody remembers a ticket may have been taken
AROUND_MS: Final = 10 * 60_000

_COLUMNS = (
    ticket.c.id,
    ticket.c.number,
    ticket.c.state,
    ticket.c.issued_ms,
    service.c.names,
    attention.c.names.label("attention_names"),
    attention.c.usual,
)
_OF_DAY = (
    select(*_COLUMNS)
    .select_from(
        ticket.join(service, service.c.id == ticket.c.service).join(
            attention, attention.c.id == ticket.c.attention
        )
    )
    .where(ticket.c.site == bindparam("site"), ticket.c.day == bindparam("day"))
)
_NUMBERED = Statement(_OF_DAY.where(ticket.c.number == bindparam("number")))
_ENDING = Statement(
    _OF_DAY.where(ticket.c.number.like(bindparam("ending"))).order_by(ticket.c.number)
)
_AROUND = Statement(
    _OF_DAY.where(
        service.c.key == bindparam("service"),
        ticket.c.issued_ms >= bindparam("from_ms"),
        ticket.c.issued_ms < bindparam("until_ms"),
    ).order_by(ticket.c.issued_ms)
)
_CODES = Statement(
    select(ticket.c.id, ticket.c.code).where(
        ticket.c.site == bindparam("site"), ticket.c.day == bindparam("day")
    )
)


class FindForm(msgspec.Struct, frozen=True, kw_only=True):
    """What is known of a ticket. `text`: a number, eight digits, or what a scanner typed."""

    text: Annotated[str, Meta(max_length=scanned.LONGEST)] = ""
    service: Annotated[str, Meta(max_length=80)] = ""
    #: "HH:MM" in the site's zone
    at: Annotated[str, Meta(pattern=r"^([0-2]\d:[0-5]\d)?$")] = ""


class Where(msgspec.Struct, frozen=True):
    """Where and when it is looked for."""

    site: int
    zone: str
    #: wall clock
    now_ms: int
    #: line clock
    line_ms: int

    @property
    def day(self) -> str:
        """Today there."""
        return day_of(self.now_ms, self.zone)


class Found(msgspec.Struct, frozen=True):
    """A ticket in a list of those that it may be."""

    id: str
    number: str
    state: str
    issued_ms: int
    names: Names
    attention_names: Names
    usual: bool


def by_text(q: Query, where: Where, text: str) -> tuple[Found, ...]:
    """Those that a number, a code or eight digits mean; an eight-digit text is a code first."""
    secret = scanned.code(text)
    if secret is not None:
        held = line.ticket_by_code(q, secret, where.line_ms)
        if held is not None and line.site_of_ticket(q, held.id) == where.site:
            return tuple(_found(row) for row in _today(q, where, held.number) if row.id == held.id)
    short = scanned.short(text)
    if short is not None:
        return _by_short(q, where, short)
    return _by_number(q, where, text)


def around(q: Query, where: Where, service_key: str, at: str) -> tuple[Found, ...]:
    """Those of a service taken about that minute of today, the nearest first."""
    try:
        clock = time.fromisoformat(at)
    except ValueError:
        return ()
    day = datetime.fromisoformat(where.day).date()
    zone = ZoneInfo(where.zone)
    moment = datetime.combine(day, clock, zone) + timedelta(seconds=30)
    shift = where.now_ms - where.line_ms
    near: dict[str, tuple[int, Found]] = {}
    # an hour that the clock has twice is meant twice
    for fold in (0, 1):
        at_ms = round(moment.replace(fold=fold).timestamp() * 1000) - shift
        for row in q.rows(
            _AROUND,
            site=where.site,
            day=where.day,
            service=service_key,
            from_ms=at_ms - AROUND_MS,
            until_ms=at_ms + AROUND_MS,
        ):
            away = abs(row.issued_ms - at_ms)
            if row.id not in near or away < near[row.id][0]:
                near[row.id] = (away, _found(row))
    ranked = sorted(near.values(), key=lambda one: (one[0], one[1].number))
    return tuple(one for _, one in ranked[:MOST])


def _by_number(q: Query, where: Where, text: str) -> tuple[Found, ...]:
    number = scanned.number(text)
    if number is None:
        return ()
    prefix, figures = number
    if prefix:
        return tuple(_found(row) for row in _today(q, where, prefix + figures))
    alike = q.rows(_ENDING, site=where.site, day=where.day, ending=f"%{figures}")
    same = [row for row in alike if row.number.lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ") == figures]
    return tuple(_found(row) for row in same[:MOST])


def _by_short(q: Query, where: Where, short: str) -> tuple[Found, ...]:
    """All of a day's codes are looked at, so that a wrong one takes as long as a right one."""
    alike = {
        row.id
        for row in q.rows(_CODES, site=where.site, day=where.day)
        if hmac.compare_digest(short_code(row.code), short)
    }
    if not alike:
        return ()
    return tuple(
        _found(row)
        for row in q.rows(_ENDING, site=where.site, day=where.day, ending="%")
        if row.id in alike
    )


def _today(q: Query, where: Where, number: str) -> list[Any]:
    return q.rows(_NUMBERED, site=where.site, day=where.day, number=number)


def _found(row: Any) -> Found:
    return Found(
        id=row.id,
        number=row.number,
        state=row.state,
        issued_ms=row.issued_ms,
        names=msgspec.json.decode(row.names, type=Names),
        attention_names=msgspec.json.decode(row.attention_names, type=Names),
        usual=bool(row.usual),
    )

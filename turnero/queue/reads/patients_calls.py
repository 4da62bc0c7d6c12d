"""A callback as whoever asked for it sees it, and what of callbacks a site offers.

No number is here but its last digits, which its owner knows.
"""

from typing import Final

import msgspec
from sqlalchemy import bindparam, select

from turnero.queue import callback_rows as kept
from turnero.queue.call_settings import call_settings_of
from turnero.queue.callback_tables import callback
from turnero.queue.reads.callbacks import offering
from turnero.queue.tables import site
from turnero.store.sql import Query, Statement

_SITE: Final = Statement(
    select(site.c.callbacks, site.c.profile).where(site.c.no == bindparam("site"))
)

_NAME: Final = Statement(select(callback.c.name).where(callback.c.id == bindparam("id")))


class CallOffer(msgspec.Struct, frozen=True):
    """What a site offers of callbacks; nothing where no service does."""

    #: keys of the services
    services: tuple[str, ...] = ()
    #: days for which a number is kept after its last use
    keep_days: int = 0


class PatientsCall(msgspec.Struct, frozen=True):
    """The callback of a ticket."""

    callback: str
    #: of callbacks.Stage
    stage: str
    #: of callbacks.ENDS; None: it is not over
    end: str | None
    #: the last digits of its number
    tail: str
    #: used up, and how many there are
    attempts: int
    most: int
    #: when it is rung again, UTC; None: in its turn
    due_ms: int | None
    #: hours that they prefer, minutes of the day
    from_minute: int | None
    to_minute: int | None
    #: tomorrow | drop, as they said or as is usual
    left_over: str
    #: UTC; when the hours in which patients are rung end, while they are open
    until_ms: int | None
    #: these end soon, and they have not said what then
    asking: bool


def sealed_name(q: Query, callback_id: str) -> bytes | None:
    """Whom to ask for, sealed; None: nobody said."""
    row = q.row(_NAME, id=callback_id)
    return None if row is None or row.name is None else bytes(row.name)


def call_offer(q: Query, site_no: int) -> CallOffer:
    """What a site offers."""
    row = q.row(_SITE, site=site_no)
    services = tuple(offering(q, site_no))
    if row is None or not services:
        return CallOffer()
    return CallOffer(services, call_settings_of(row.callbacks).keep_days)


def number_policy(q: Query, site_no: int) -> tuple[str, tuple[str, ...]]:
    """Whose numbers a site may ring: its profile, and the regions of its settings."""
    row = q.row(_SITE, site=site_no)
    return ("plain", ()) if row is None else (row.profile, call_settings_of(row.callbacks).regions)


def patients_call(q: Query, ticket_id: str, now_ms: int) -> PatientsCall | None:
    """The callback that a ticket is or was the place of; None: it never was. `now_ms`: UTC."""
    found = kept.newest(q, ticket_id)
    if found is None:
        return None
    settings = found.settings
    hours = None if found.ended_ms is not None else kept.hours_of(q, found, now_ms)
    until_ms = None if hours is None or hours.from_ms > now_ms else hours.until_ms
    soon = until_ms is not None and until_ms - now_ms <= settings.ask_minutes * 60_000
    return PatientsCall(
        callback=found.id,
        stage=found.stage,
        end=found.end,
        tail=found.tail,
        attempts=found.attempts,
        most=settings.attempts,
        due_ms=found.due_ms,
        from_minute=found.from_minute,
        to_minute=found.to_minute,
        left_over=found.left_over or settings.left_over,
        until_ms=until_ms,
        asking=soon and found.left_over is None and found.stage == "waiting",
    )

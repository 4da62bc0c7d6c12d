"""A service or a kiosk gives no more tickets: now, from an hour on, or after so many more.

Who waits is unaffected. It opens again by hand, or by itself at the hour that was given;
whoever pulls the lever again sets it anew. Each has its own message for the people.
"""

from typing import Final

import msgspec
from msgspec.structs import replace
from sqlalchemy import and_, bindparam, delete, insert, select, update

from turnero.queue import notices, refusals
from turnero.queue.facts import KioskPaused, KioskResumed, ServicePaused, ServiceResumed
from turnero.queue.places import service_row
from turnero.queue.requests import (
    KioskNamed,
    LeverPulled,
    PauseKiosk,
    PauseService,
    ServiceNamed,
)
from turnero.queue.tables import kiosk_pause, service
from turnero.store import devices
from turnero.store.sql import Statement
from turnero.store.tables import timer
from turnero.store.timers import TimerDue
from turnero.store.tx import Tx

#: timers that open again; their key is the service's or the kiosk's
SERVICE: Final = "service-pause"
KIOSK: Final = "kiosk-pause"
#: timers that pause at an hour; their body is the request
SERVICE_AT: Final = "service-pause-at"
KIOSK_AT: Final = "kiosk-pause-at"
#: most tickets that can be given before a pause
MOST: Final = 999

_SET_SERVICE = Statement(
    update(service)
    .where(service.c.id == bindparam("b_id"))
    .values(
        open=bindparam("b_open"),
        paused_until_ms=bindparam("b_until"),
        paused_after=bindparam("b_after"),
        paused_text=bindparam("b_text"),
    )
)
_COUNT_SERVICE = Statement(
    update(service)
    .where(service.c.id == bindparam("b_id"))
    .values(open=bindparam("b_open"), paused_after=bindparam("b_after"))
)
_OF_KIOSK = and_(
    kiosk_pause.c.site == bindparam("b_site"), kiosk_pause.c.place == bindparam("b_place")
)
_NEW_KIOSK = Statement(insert(kiosk_pause))
_NO_KIOSK = Statement(delete(kiosk_pause).where(_OF_KIOSK))
_COUNT_KIOSK = Statement(update(kiosk_pause).where(_OF_KIOSK).values(after=bindparam("b_after")))
_PLANNED = Statement(
    select(timer.c.due_ms).where(
        timer.c.site == bindparam("site"),
        timer.c.kind == bindparam("kind"),
        timer.c.key == bindparam("key"),
    )
)


def pause_service(tx: Tx, request: PauseService) -> LeverPulled:
    """The service gives no more tickets; see `PauseService`."""
    row = service_row(tx, request.service)
    _possible(tx, request)
    texts = notices.checked(tx, request.text)
    if request.from_ms is not None:
        tx.timer(SERVICE_AT, request.service, request.from_ms, _body(request))
    else:
        tx.untimer(SERVICE_AT, request.service)
        tx.run(
            _SET_SERVICE,
            b_id=row.id,
            b_open=0 if request.after is None else 1,
            b_until=request.until_ms,
            b_after=request.after,
            b_text=notices.kept(texts),
        )
        _open_at(tx, SERVICE, request.service, request.until_ms)
    tx.append(
        ServicePaused(
            service=request.service,
            until_ms=request.until_ms,
            after=request.after,
            from_ms=request.from_ms,
        )
    )
    return LeverPulled(request.service, _state(request))


def resume_service(tx: Tx, request: ServiceNamed) -> LeverPulled:
    """The service gives tickets again, and what was planned is off."""
    row = service_row(tx, request.service)
    planned = tx.row(_PLANNED, site=tx.site, kind=SERVICE_AT, key=request.service)
    if row.open and row.paused_after is None and planned is None:
        raise refusals.refused("service-not-paused", service=request.service)
    _set_open(tx, row.id)
    tx.untimer(SERVICE_AT, request.service)
    tx.untimer(SERVICE, request.service)
    tx.append(ServiceResumed(service=request.service))
    return LeverPulled(request.service, "open")


def pause_kiosk(tx: Tx, request: PauseKiosk) -> LeverPulled:
    """The kiosk gives no more tickets; help and the rest of it go on."""
    _kiosk(tx, request.place)
    _possible(tx, request)
    texts = notices.checked(tx, request.text)
    if request.from_ms is not None:
        tx.timer(KIOSK_AT, request.place, request.from_ms, _body(request))
    else:
        tx.untimer(KIOSK_AT, request.place)
        tx.run(_NO_KIOSK, b_site=tx.site, b_place=request.place)
        tx.run(
            _NEW_KIOSK,
            site=tx.site,
            place=request.place,
            until_ms=request.until_ms,
            after=request.after,
            text=notices.kept(texts),
            since_ms=tx.line_ms,
        )
        _open_at(tx, KIOSK, request.place, request.until_ms)
    tx.append(
        KioskPaused(
            place=request.place,
            until_ms=request.until_ms,
            after=request.after,
            from_ms=request.from_ms,
        )
    )
    return LeverPulled(request.place, _state(request))


def resume_kiosk(tx: Tx, request: KioskNamed) -> LeverPulled:
    """The kiosk gives tickets again."""
    planned = tx.row(_PLANNED, site=tx.site, kind=KIOSK_AT, key=request.place)
    if not tx.run(_NO_KIOSK, b_site=tx.site, b_place=request.place) and planned is None:
        _kiosk(tx, request.place)
        raise refusals.refused("kiosk-not-paused", kiosk=request.place)
    tx.untimer(KIOSK_AT, request.place)
    tx.untimer(KIOSK, request.place)
    tx.append(KioskResumed(place=request.place))
    return LeverPulled(request.place, "open")


def forget_kiosk(tx: Tx, place: str) -> None:
    """The kiosk is taken out of the site, and what its lever did or was to do with it."""
    tx.run(_NO_KIOSK, b_site=tx.site, b_place=place)
    tx.untimer(KIOSK_AT, place)
    tx.untimer(KIOSK, place)


# --- timers ----------------------------------------------------------------------------------


def open_service(tx: Tx, due: TimerDue) -> None:
    """Timer: the hour has come at which the service opens again."""
    row = service_row(tx, due.key)
    # A pause that is planned for later stays: this one is over.
    _set_open(tx, row.id)
    tx.append(ServiceResumed(service=due.key))


def open_kiosk(tx: Tx, due: TimerDue) -> None:
    """Timer: the hour has come at which the kiosk opens again."""
    if tx.run(_NO_KIOSK, b_site=tx.site, b_place=due.key):
        tx.append(KioskResumed(place=due.key))


def pause_service_on_time(tx: Tx, due: TimerDue) -> None:
    """Timer: the hour has come at which the service pauses; refused when its pause is over already."""
    request = msgspec.json.decode(due.body, type=PauseService)
    pause_service(tx, replace(request, text=notices.still(tx, request.text)))


def pause_kiosk_on_time(tx: Tx, due: TimerDue) -> None:
    """Timer: the same for a kiosk."""
    request = msgspec.json.decode(due.body, type=PauseKiosk)
    pause_kiosk(tx, replace(request, text=notices.still(tx, request.text)))


# --- tickets that are still given ------------------------------------------------------------


def count_service(tx: Tx, service_id: int, key: str, left: int, until_ms: int | None) -> None:
    """A ticket of a service that gives `left` more was taken; with the last one it pauses."""
    last = left <= 1
    tx.run(
        _COUNT_SERVICE,
        b_id=service_id,
        b_open=0 if last else 1,
        b_after=None if last else left - 1,
    )
    if last:
        tx.append(ServicePaused(service=key, until_ms=until_ms))


def count_kiosk(tx: Tx, place: str, left: int, until_ms: int | None) -> None:
    """The same for a kiosk."""
    last = left <= 1
    tx.run(_COUNT_KIOSK, b_site=tx.site, b_place=place, b_after=None if last else left - 1)
    if last:
        tx.append(KioskPaused(place=place, until_ms=until_ms))


# --- parts -----------------------------------------------------------------------------------


def _kiosk(tx: Tx, place: str) -> None:
    if devices.by_key(tx, tx.site, "kiosk", place) is None:
        raise refusals.unknown("kiosk-unknown", kiosk=place[:100])


def _possible(tx: Tx, request: PauseService | PauseKiosk) -> None:
    notices.to_come(tx, request.from_ms, request.until_ms)
    if request.after is not None and not 1 <= request.after <= MOST:
        raise refusals.invalid("after-out-of-range", max=MOST)


def _state(request: PauseService | PauseKiosk) -> str:
    if request.from_ms is not None:
        return "planned"
    return "paused" if request.after is None else "limited"


def _body(request: PauseService | PauseKiosk) -> str:
    """What the timer does at its hour: the same lever, pulled then."""
    return msgspec.json.encode(replace(request, from_ms=None)).decode()


def _open_at(tx: Tx, kind: str, key: str, until_ms: int | None) -> None:
    if until_ms is None:
        tx.untimer(kind, key)
    else:
        tx.timer(kind, key, until_ms)


def _set_open(tx: Tx, service_id: int) -> None:
    tx.run(_SET_SERVICE, b_id=service_id, b_open=1, b_until=None, b_after=None, b_text=None)

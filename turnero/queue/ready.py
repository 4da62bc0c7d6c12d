"""Ready to open: when the site opens, and what is still missing for it.

Reads only. Devices say how they are by heartbeats, on the wall clock; desks are open or
not, against the roster. What is missing becomes an alarm by commands/readiness.py.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any, Final

import msgspec
from sqlalchemy import and_, bindparam, select

from turnero.queue.calendars import calendar
from turnero.queue.hours import AHEAD, first_ms, inside
from turnero.queue.numbers import day_of, local
from turnero.queue.settings import languages_of, settings_of
from turnero.queue.states import SessionState
from turnero.queue.tables import (
    CLOSED,
    desk,
    desk_session,
    kiosk_pause,
    message,
    service,
    site,
)
from turnero.store import devices
from turnero.store.devices import Device
from turnero.store.sql import Query, Statement
from turnero.store.tables import device

#: heartbeats come every ten to fifteen seconds; after this long the device is not heard
SILENT_MS: Final = 60_000
_MINUTE_MS: Final = 60_000
#: what a board says of its sound while it can be heard
_SOUNDS: Final = frozenset({"ok", "unknown"})

_SITE = Statement(
    select(site.c.zone, site.c.settings, site.c.languages).where(site.c.no == bindparam("site"))
)
_SERVICES = Statement(
    select(service.c.hours, service.c.holidays).where(
        service.c.site == bindparam("site"),
        service.c.active == 1,
        service.c.all_day == 0,
        service.c.prefix.is_not(None),
    )
)
_DESKS = Statement(
    select(desk.c.ref, desk.c.name, desk.c.planned, desk_session.c.state)
    .select_from(
        desk.outerjoin(
            desk_session, and_(desk_session.c.desk == desk.c.id, desk_session.c.state != CLOSED)
        )
    )
    .where(desk.c.site == bindparam("site"), desk.c.active == 1)
    .order_by(desk.c.sort)
)

_HELD_SERVICES = Statement(
    select(service.c.key, service.c.names, service.c.paused_until_ms.label("until_ms")).where(
        service.c.site == bindparam("site"),
        service.c.active == 1,
        service.c.prefix.is_not(None),
        service.c.open == 0,
    )
)
_HELD_KIOSKS = Statement(
    select(device.c.key, device.c.name, kiosk_pause.c.until_ms)
    .select_from(
        device.join(
            kiosk_pause,
            and_(kiosk_pause.c.site == device.c.site, kiosk_pause.c.place == device.c.key),
        )
    )
    .where(
        device.c.site == bindparam("site"),
        device.c.kind == "kiosk",
        kiosk_pause.c.after.is_(None),
    )
)
_EMERGENCIES = Statement(
    select(message.c.id, message.c.texts, message.c.until_ms).where(
        message.c.site == bindparam("site"),
        message.c.kind == "emergency",
        message.c.ended_ms.is_(None),
    )
)


#: ways in which a sign is not reached are one to whoever goes and looks
_SIGN: Final = {"connection-lost": "unreachable", "timed-out": "unreachable"}


class Missing(msgspec.Struct, frozen=True):
    """Something without which the site is not ready."""

    #: printer | board | sign | voice | kiosk | desk | held (by a lever that somebody forgot)
    kind: str
    #: key of the device, the desk as "site.desk", the zone that nothing sounds in, or what is held
    #: ("service:caja", "kiosk:k1", "message:7")
    subject: str
    #: `why`: never | silent | unreachable | paper-out | paper-low | cover-open | offline | mute | garbled |
    #: refused | too-narrow | fault | no-sound |
    #: closed | break | held | emergency; `name`: as people call it
    figures: dict[str, str | int]


class Ready(msgspec.Struct, frozen=True):
    """How far the site is from opening."""

    #: the first opening of the day that is, or comes next; UTC; None: no day has hours
    opens_ms: int | None
    #: from when it is checked, UTC
    check_ms: int | None
    #: desks that the roster wants at the opening, and those of them that are open
    planned: int
    open: int
    missing: tuple[Missing, ...]


def ready(q: Query, site_no: int, now_ms: int) -> Ready:
    """Ready or not, for the opening of today, else of the next day with hours; wall clock."""
    about = q.row(_SITE, site=site_no)
    if about is None:
        return Ready(None, None, 0, 0, ())
    opens_ms = opening_of(q, site_no, day_of(now_ms, about.zone))
    # What counts is the roster of the moment, and before opening that of the opening.
    at_ms = now_ms if opens_ms is None else max(now_ms, opens_ms)
    desks = planned(q, site_no, at_ms, about.zone)
    absent = [row for row in desks if row.state != SessionState.OPEN]
    missing = (
        *_devices(devices.of_site(q, site_no), now_ms),
        *_held(q, site_no, at_ms, languages_of(about.languages)[0]),
        *(_desk(row) for row in absent),
    )
    check_ms = None
    if opens_ms is not None:
        check_ms = opens_ms - settings_of(about.settings).ready_minutes * _MINUTE_MS
    return Ready(opens_ms, check_ms, len(desks), len(desks) - len(absent), missing)


def opening_of(q: Query, site_no: int, since: str) -> int | None:
    """The first opening, UTC, of the first day from `since` (YYYY-MM-DD) on that has hours."""
    about = q.row(_SITE, site=site_no)
    if about is None:
        return None
    shut = calendar(q, site_no, since)
    services = q.rows(_SERVICES, site=site_no)
    for ahead in range(AHEAD):
        day = date.fromisoformat(since) + timedelta(days=ahead)
        off = shut.off(day) is not None
        open_then = [row.hours for row in services if row.holidays or not off]
        found = first_ms(open_then, day, about.zone)
        if found is not None:
            return found
    return None


def planned(q: Query, site_no: int, at_ms: int, zone: str) -> list[Any]:
    """The desks, with their live sessions' states, that the roster wants at that moment."""
    here = local(at_ms, zone)
    if calendar(q, site_no, here.date().isoformat()).off(here.date()) is not None:
        return []
    return [row for row in q.rows(_DESKS, site=site_no) if inside(row.planned, here)]


def _desk(row: Any) -> Missing:
    why = "break" if row.state == SessionState.BREAK else "closed"
    return Missing("desk", row.ref, {"why": why, "name": row.name})


def _held(q: Query, site_no: int, at_ms: int, own: str) -> list[Missing]:
    """What a lever still holds at that moment: closed yesterday, and forgotten."""
    held = [
        *(
            (f"service:{row.key}", "held", _named(row.names, own), row.until_ms)
            for row in q.rows(_HELD_SERVICES, site=site_no)
        ),
        *(
            (f"kiosk:{row.key}", "held", row.name or row.key, row.until_ms)
            for row in q.rows(_HELD_KIOSKS, site=site_no)
        ),
        *(
            (f"message:{row.id}", "emergency", _named(row.texts, own), row.until_ms)
            for row in q.rows(_EMERGENCIES, site=site_no)
        ),
    ]
    return [
        Missing("held", subject, {"why": why, "name": name})
        for subject, why, name, until_ms in held
        if until_ms is None or until_ms > at_ms
    ]


def _named(texts: str, own: str) -> str:
    """In the site's own language, else in any: that is what staff calls it."""
    found = msgspec.json.decode(texts, type=dict[str, str])
    return found.get(own) or next(iter(found.values()), "")


def _devices(there: Iterable[Device], now_ms: int) -> list[Missing]:
    found: list[Missing] = []
    zones: dict[str, bool] = {}
    for one in there:
        why = _wrong(one, now_ms)
        if why is not None:
            found.append(Missing(one.kind, one.key, {"why": why, "name": one.name}))
        if one.kind == "board":
            heard = why is None and state_of(one).get("sound") in _SOUNDS
            zones[one.zone] = zones.get(one.zone, False) or heard
    return [
        *found,
        *(
            Missing("voice", zone, {"why": "no-sound", "name": zone})
            for zone, heard in zones.items()
            if not heard
        ),
    ]


def _wrong(one: Device, now_ms: int) -> str | None:
    """What is wrong with a device; None where all is well."""
    if one.heard_ms is None:
        return "never"
    if now_ms - one.heard_ms > SILENT_MS:
        return "silent"
    return next(iter(troubles(one.kind, state_of(one))), None)


def troubles(kind: str, state: dict[str, Any]) -> list[str]:
    """What a printer or a sign says is wrong with it, the worst first; words of `Missing.figures`."""
    match kind:
        case "printer":
            return printer_troubles(state)
        case "sign":
            return sign_troubles(state)
        case _:
            return []


#: why a printer cannot be reached, where that is known
_BARRED: Final = frozenset({"busy", "denied", "offline"})


def sign_troubles(state: dict[str, Any]) -> list[str]:
    """What is wrong with a sign, by its heartbeat (display/signs/station.py)."""
    reason = state.get("reason")
    return [_SIGN.get(str(reason), str(reason))] if reason else []


def printer_troubles(state: dict[str, Any]) -> list[str]:
    """What a printer says is wrong with it, the worst first; the words of `Missing.figures`."""
    if state.get("reachable") is False:
        barred = state.get("barred")
        return [barred if barred in _BARRED else "unreachable"]
    found = ["paper-out"] if state.get("paper") == "out" else []
    if state.get("cover_open"):
        found.append("cover-open")
    if not found and state.get("online") is False:
        found.append("offline")
    return [*found, "paper-low"] if state.get("paper") == "near-end" else found


def state_of(one: Device) -> dict[str, Any]:
    """What a device said of itself last; each kind has its own words (its room says which)."""
    try:
        found = msgspec.json.decode(one.state or "{}")
    except msgspec.DecodeError:
        return {}
    return found if isinstance(found, dict) else {}

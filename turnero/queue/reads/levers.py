"""What a supervisor's levers did: messages that are shown, and services and kiosks that are closed."""

from typing import Any

import msgspec
from sqlalchemy import and_, bindparam, func, select

from turnero.queue.commands.pauses import KIOSK_AT, SERVICE_AT
from turnero.queue.notices import texts_of
from turnero.queue.reads.lines import names_of, public_names
from turnero.queue.requests import PauseKiosk, PauseService
from turnero.queue.tables import desk, desk_service, kiosk_pause, message, note, service
from turnero.queue.views import (
    MessageView,
    Names,
    PausedKiosk,
    PausedService,
    Pauses,
    PauseView,
)
from turnero.store.sql import Query, Statement
from turnero.store.tables import device, timer

_about = service.alias("about")
_target = service.alias("target")
_MESSAGES = Statement(
    select(
        message.c.id,
        message.c.kind,
        message.c.texts,
        message.c.zones,
        message.c.service,
        message.c.target,
        message.c.from_ms,
        message.c.until_ms,
        message.c.by,
        _about.c.names,
        _about.c.public_names,
        _target.c.names.label("target_names"),
        _target.c.public_names.label("target_public"),
    )
    .select_from(
        message.outerjoin(
            _about, and_(_about.c.site == message.c.site, _about.c.key == message.c.service)
        ).outerjoin(
            _target, and_(_target.c.site == message.c.site, _target.c.key == message.c.target)
        )
    )
    .where(message.c.site == bindparam("site"), message.c.ended_ms.is_(None))
    .order_by(message.c.id.desc())
)
#: until when calls were last held up, by zones
_ENDED = Statement(
    select(message.c.zones, func.max(message.c.ended_ms).label("ended_ms"))
    .where(
        message.c.site == bindparam("site"),
        message.c.kind == "emergency",
        message.c.ended_ms > bindparam("after"),
    )
    .group_by(message.c.zones)
)
_SERVICES = Statement(
    select(
        service.c.key,
        service.c.names,
        service.c.open,
        service.c.paused_until_ms,
        service.c.paused_after,
        service.c.paused_text,
    )
    .where(
        service.c.site == bindparam("site"),
        service.c.active == 1,
        service.c.prefix.is_not(None),
    )
    .order_by(service.c.sort)
)
_KIOSKS = Statement(
    select(
        device.c.key,
        device.c.name,
        kiosk_pause.c.since_ms,
        kiosk_pause.c.until_ms,
        kiosk_pause.c.after,
        kiosk_pause.c.text,
    )
    .select_from(
        device.outerjoin(
            kiosk_pause,
            and_(kiosk_pause.c.site == device.c.site, kiosk_pause.c.place == device.c.key),
        )
    )
    .where(device.c.site == bindparam("site"), device.c.kind == "kiosk")
    .order_by(device.c.key)
)
_PLANNED = Statement(
    select(timer.c.key, timer.c.due_ms, timer.c.body).where(
        timer.c.site == bindparam("site"), timer.c.kind == bindparam("kind")
    )
)
_KIOSK = Statement(
    select(kiosk_pause.c.until_ms, kiosk_pause.c.after, kiosk_pause.c.text).where(
        kiosk_pause.c.site == bindparam("site"), kiosk_pause.c.place == bindparam("place")
    )
)
#: where the desks of a service are
_SERVED_IN = Statement(
    select(desk.c.zone)
    .select_from(
        desk.join(desk_service, desk_service.c.desk == desk.c.id).join(
            service, service.c.id == desk_service.c.service
        )
    )
    .where(
        service.c.site == bindparam("site"), service.c.key == bindparam("key"), desk.c.active == 1
    )
    .distinct()
)
#: the last time that a ticket went along with its whole line; its words are where from
_MOVED = Statement(
    select(service.c.names, service.c.public_names)
    .select_from(
        note.join(service, and_(service.c.site == note.c.site, service.c.key == note.c.text))
    )
    .where(
        note.c.ticket == bindparam("ticket"),
        note.c.site == bindparam("site"),
        note.c.what == "line-moved",
    )
    .order_by(note.c.seq.desc())
    .limit(1)
)
#: a board that was away longer than this goes by the age of calls alone
_LOOK_BACK_MS = 3600_000


def messages(q: Query, site: int, zone: str | None) -> tuple[MessageView, ...]:
    """What is shown now: everything (zone None), or what concerns a zone. Emergencies, then newest first.

    A message is over when its timer, or somebody, has ended it: no other clock is asked.

    A board without a zone ("") sees all; which of them fill it, the board decides.
    """
    found = []
    for row in q.rows(_MESSAGES, site=site):
        zones = msgspec.json.decode(row.zones, type=tuple[str, ...])
        if not zone or not zones or zone in zones:
            found.append(_message(row, zones))
    return tuple(sorted(found, key=lambda one: one.sort != "emergency"))


def told(q: Query, site: int, service: str) -> tuple[MessageView, ...]:
    """What the holder of a ticket for this service is told: where its desks are, and on itself.

    That its line was moved, the ticket says for itself.
    """
    found = messages(q, site, None)
    if not found:
        return ()
    zones = {row.zone for row in q.rows(_SERVED_IN, site=site, key=service)}
    return tuple(
        one
        for one in found
        if (one.service == service if one.service else not one.zones or zones & {*one.zones, ""})
        and one.sort != "moved"
    )


def moved_from(q: Query, site: int, ticket_id: str) -> Names | None:
    """The public names of the service that it waited for when its whole line was moved; None if never."""
    row = q.row(_MOVED, site=site, ticket=ticket_id)
    return public_names(row.names, row.public_names) if row else None


def quiet_ms(q: Query, site: int, zone: str, now_ms: int) -> int:
    """When the last emergency of a zone ended, line clock: no call of before is announced; 0 never."""
    return max(
        (
            row.ended_ms
            for row in q.rows(_ENDED, site=site, after=now_ms - _LOOK_BACK_MS)
            if _holds(msgspec.json.decode(row.zones, type=tuple[str, ...]), zone)
        ),
        default=0,
    )


def pauses(q: Query, site: int) -> Pauses:
    """Every service and kiosk with what its lever does."""
    planned = {
        kind: {row.key: row for row in q.rows(_PLANNED, site=site, kind=kind)}
        for kind in (SERVICE_AT, KIOSK_AT)
    }
    return Pauses(
        services=tuple(
            PausedService(
                row.key,
                names_of(row.names),
                service_pause(row) or _planned(planned[SERVICE_AT].get(row.key), PauseService),
            )
            for row in q.rows(_SERVICES, site=site)
        ),
        kiosks=tuple(
            PausedKiosk(
                row.key,
                row.name or row.key,
                (_pause(row) if row.since_ms is not None else None)
                or _planned(planned[KIOSK_AT].get(row.key), PauseKiosk),
            )
            for row in q.rows(_KIOSKS, site=site)
        ),
    )


def kiosk_pause_of(q: Query, site: int, place: str) -> PauseView | None:
    """What holds up a kiosk; None where nothing does."""
    row = q.row(_KIOSK, site=site, place=place)
    return _pause(row) if row else None


def service_pause(row: Any) -> PauseView | None:
    """What holds up the service of a row with open and the paused columns; None where nothing does."""
    if row.open and row.paused_after is None:
        return None
    return PauseView(
        state="limited" if row.open else "paused",
        until_ms=row.paused_until_ms,
        after=row.paused_after,
        texts=texts_of(row.paused_text),
    )


def _pause(row: Any) -> PauseView:
    return PauseView(
        state="paused" if row.after is None else "limited",
        until_ms=row.until_ms,
        after=row.after,
        texts=texts_of(row.text),
    )


def _planned(row: Any, shape: type[PauseService] | type[PauseKiosk]) -> PauseView | None:
    if row is None:
        return None
    lever = msgspec.json.decode(row.body, type=shape)
    return PauseView(
        state="planned",
        from_ms=row.due_ms,
        until_ms=lever.until_ms,
        after=lever.after,
        texts=lever.text or {},
    )


def _message(row: Any, zones: tuple[str, ...]) -> MessageView:
    return MessageView(
        id=row.id,
        sort=row.kind,
        texts=texts_of(row.texts),
        service=row.service,
        from_ms=row.from_ms,
        until_ms=row.until_ms,
        zones=zones,
        by=row.by,
        names=public_names(row.names, row.public_names) if row.names else None,
        target=row.target,
        target_names=public_names(row.target_names, row.target_public)
        if row.target_names
        else None,
    )


def _holds(zones: tuple[str, ...], zone: str) -> bool:
    """Whether an emergency of these zones fills a board of that zone. See MessageView.fills."""
    return not zones or zone in zones

"""Move a desk: it calls other services from now on. Its session and whoever is there stay.

The change is the same as one in the site's file, and its fact is `SiteLoaded` with before and
after, also of services whose first desk is planned at another hour now. A service is not left
without a desk while people wait for it, unless that is said.
"""

from typing import Any, Final

from sqlalchemy import and_, bindparam, delete, insert, select, update

from turnero.queue import refusals, rosters, site_out
from turnero.queue.commands import lines
from turnero.queue.facts import Change, SiteLoaded
from turnero.queue.keyed_rows import json_of, plain
from turnero.queue.numbers import SOUND_ALIKE
from turnero.queue.requests import Serves, ServeServices
from turnero.queue.seats import Seat, seat
from turnero.queue.tables import desk, desk_service, service, site
from turnero.store.sql import Statement
from turnero.store.tx import Tx

PRIMARY: Final = 0
OVERFLOW: Final = 1

_DESK = Statement(
    select(desk.c.key, desk.c.zone, site.c.key.label("site_key"))
    .select_from(desk.join(site, site.c.no == desk.c.site))
    .where(desk.c.id == bindparam("desk"))
)
_SERVICES = Statement(
    select(service.c.id, service.c.key, service.c.prefix).where(
        service.c.site == bindparam("site"), service.c.active == 1
    )
)
_SERVED = Statement(
    select(service.c.key, desk_service.c.tier)
    .select_from(desk_service.join(service, service.c.id == desk_service.c.service))
    .where(desk_service.c.desk == bindparam("desk"))
)
#: prefixes that are heard in a zone from other desks
_HEARD = Statement(
    select(service.c.prefix)
    .select_from(
        desk.join(desk_service, desk_service.c.desk == desk.c.id).join(
            service, service.c.id == desk_service.c.service
        )
    )
    .where(
        and_(
            desk.c.site == bindparam("site"),
            desk.c.zone == bindparam("zone"),
            desk.c.active == 1,
            desk.c.id != bindparam("desk"),
        )
    )
    .distinct()
)
_STARTS = Statement(
    select(service.c.id, service.c.key, service.c.starts).where(
        service.c.site == bindparam("site"), service.c.active == 1
    )
)
_SET_STARTS = Statement(
    update(service).where(service.c.id == bindparam("b_id")).values(starts=bindparam("b_starts"))
)
_UNSERVE = Statement(delete(desk_service).where(desk_service.c.desk == bindparam("b_desk")))
_SERVE = Statement(insert(desk_service))


def serve(tx: Tx, request: ServeServices) -> Serves:
    """The desk calls these services; the same ones again change nothing."""
    at = seat(tx, request.desk)
    about: Any = tx.row(_DESK, desk=at.desk)
    known = {row.key: row for row in tx.rows(_SERVICES, site=tx.site)}
    wanted = _checked(request, known)
    _sounds(tx, at, about.zone, {known[key].prefix for key in wanted})
    before = {row.key: row.tier for row in tx.rows(_SERVED, desk=at.desk)}
    answer = Serves(request.desk, request.primary, request.overflow)
    if before == wanted:
        return answer
    if at.session is not None:
        keep = request.line == "keep"
        lines.leave(tx, at.desk, at.ref, keep=keep, texts={}, still=wanted)
    tx.run(_UNSERVE, b_desk=at.desk)
    for key, tier in wanted.items():
        tx.run(_SERVE, desk=at.desk, service=known[key].id, tier=tier)
    change = Change("desk", about.key, {"serves": before}, {"serves": wanted})
    tx.append(SiteLoaded(site=about.site_key, changes=(change, *_planned(tx))))
    if at.session is not None:
        lines.served_again(tx, at.desk)
    return answer


def _planned(tx: Tx) -> list[Change]:
    """When the first desk of each service is planned, derived anew."""
    file = site_out.read(tx, tx.site)
    if file is None:
        return []
    there = {row.key: row for row in tx.rows(_STARTS, site=tx.site)}
    changes: list[Change] = []
    for part in file.service:
        row, starts = there[part.key], json_of(rosters.starts(part, file))
        if row.starts != starts:
            tx.run(_SET_STARTS, b_id=row.id, b_starts=starts)
            before, after = plain({"starts": row.starts}), plain({"starts": starts})
            changes.append(Change("service", part.key, before, after))
    return changes


def _checked(request: ServeServices, known: dict[str, Any]) -> dict[str, int]:
    """Service → tier, as asked."""
    wanted: dict[str, int] = {}
    for tier, keys in ((PRIMARY, request.primary), (OVERFLOW, request.overflow)):
        for key in keys:
            if key not in known:
                raise refusals.unknown("service-unknown", service=key[:100])
            if known[key].prefix is None:
                raise refusals.invalid("service-is-group", service=key)
            if key in wanted:
                raise refusals.invalid("service-twice", service=key)
            wanted[key] = tier
    if not request.primary:
        raise refusals.invalid("desk-without-service", desk=request.desk)
    return wanted


def _sounds(tx: Tx, at: Seat, zone: str, prefixes: set[str]) -> None:
    """B, D, P and T sound alike: not two of them in one zone."""
    others = {row.prefix for row in tx.rows(_HEARD, site=tx.site, zone=zone, desk=at.desk)}
    alike = sorted((prefixes | others) & SOUND_ALIKE)
    if len(alike) > 1:
        raise refusals.refused("prefixes-sound-alike", desk=at.ref, letters=", ".join(alike))

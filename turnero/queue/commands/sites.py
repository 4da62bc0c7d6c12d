"""Load a site's description: rows by key, changed where they differ, nothing twice.

A service or desk that the file no longer names is retired, never removed: its tickets stay
in the statistics. Devices that the file does not name are left alone, since they are paired.
"""

import msgspec
from sqlalchemy import and_, bindparam, delete, func, insert, select, update

from turnero.queue import places, refusals, rosters, site_content, site_devices
from turnero.queue.commands.day import set_day_close
from turnero.queue.commands.readiness import set_ready
from turnero.queue.facts import Change, SiteLoaded
from turnero.queue.keyed_rows import KeyedRows, Values, json_of, plain
from turnero.queue.settings import changed, differing
from turnero.queue.site_rules import spans
from turnero.queue.site_shape import AttentionPart, ServicePart, SiteFile
from turnero.queue.tables import (
    ANY_DESK,
    AWAY,
    CLOSED,
    PARKED,
    RETRY,
    attention,
    closure,
    desk,
    desk_service,
    desk_session,
    line,
    service,
    site,
    ticket,
)
from turnero.store.sql import Statement
from turnero.store.tables import device
from turnero.store.tx import Tx


class Loaded(msgspec.Struct, frozen=True):
    """The site's number, and how many rows were made, changed or retired."""

    site: int
    changes: int


_SITE_COLUMNS = ("key", "name", "zone", "profile", "languages", "hours", "settings", "callbacks")
_SITE = Statement(
    select(*(site.c[name] for name in _SITE_COLUMNS)).where(site.c.no == bindparam("no"))
)
_NEW_SITE = Statement(insert(site))
_SET_SITE = Statement(
    update(site)
    .where(site.c.no == bindparam("b_no"))
    .values({name: bindparam(f"b_{name}") for name in _SITE_COLUMNS})
)
_ATTENTION = KeyedRows(
    attention, ("names", "rank", "clinical", "kiosk", "usual", "target_min", "active"), {}
)
_SERVICE = KeyedRows(
    service,
    (
        "parent",
        "prefix",
        "names",
        "public_names",
        "requirements",
        "hours",
        "starts",
        "all_day",
        "quota",
        "target_min",
        "reserve",
        "outcomes",
        "path",
        "callbacks",
        "anew",
        "where_to",
        "holidays",
        "sort",
        "active",
    ),
    {"open": 1},
)
_DESK = KeyedRows(
    desk,
    (
        "ref",
        "name",
        "zone",
        "auto_call",
        "classes",
        "only_classes",
        "phone",
        "planned",
        "sort",
        "active",
    ),
    {},
)
_DEVICE = {
    kind: KeyedRows(device, ("name", "zone", "settings"), {"kind": kind})
    for kind in site_devices.PARTS
}
_NO_PREFIX = Statement(
    update(service).where(service.c.id == bindparam("b_id")).values(prefix=bindparam("b_none"))
)
_NOT_USUAL = Statement(update(attention).where(attention.c.id == bindparam("b_id")).values(usual=0))
#: who is set aside or stepped out comes back to the same line
_aside = (
    select(func.count()).where(ticket.c.service == bindparam("service"), ticket.c.state == state)
    for state in (PARKED, AWAY, RETRY)
)
_parked, _away, _retry = (one.scalar_subquery() for one in _aside)
_WAITING = Statement(
    select(
        (func.coalesce(func.sum(line.c.count), 0) + _parked + _away + _retry).label("waiting")
    ).where(line.c.service == bindparam("service"))
)
_IN_CLASS = Statement(
    select(func.coalesce(func.sum(line.c.count), 0).label("waiting")).where(
        line.c.site == bindparam("site"), line.c.attention == bindparam("attention")
    )
)
_FOR_DESK = Statement(
    select(func.coalesce(func.sum(line.c.count), 0).label("waiting")).where(
        line.c.desk == bindparam("desk"), line.c.desk > ANY_DESK
    )
)
_LIVE = Statement(
    select(desk_session.c.id).where(
        desk_session.c.desk == bindparam("desk"), desk_session.c.state != CLOSED
    )
)
_SERVED = Statement(
    select(service.c.key, desk_service.c.tier)
    .select_from(desk_service.join(service, service.c.id == desk_service.c.service))
    .where(desk_service.c.desk == bindparam("desk"))
)
_UNSERVE = Statement(delete(desk_service).where(desk_service.c.desk == bindparam("b_desk")))
_SERVE = Statement(insert(desk_service))
_CLOSURES = Statement(
    select(closure.c.day, closure.c.name).where(closure.c.site == bindparam("site"))
)
_NEW_CLOSURE = Statement(insert(closure))
_OF_CLOSURE = and_(closure.c.site == bindparam("b_site"), closure.c.day == bindparam("b_day"))
_SET_CLOSURE = Statement(update(closure).where(_OF_CLOSURE).values(name=bindparam("b_name")))
_NO_CLOSURE = Statement(delete(closure).where(_OF_CLOSURE))


def load_site(tx: Tx, file: SiteFile) -> Loaded:
    """Make the site as described; loading the same file again changes nothing.

    The transaction's site is the site's own number (reads.site_no_for gives the next free
    one for a new key). Refused while people wait for a service that would be retired, or are to be
    rung for one that would have no telephone any more.
    """
    silent = places.silent(tx)
    changes = _site(tx, file)
    moved = bool(changes)
    changes += _attentions(tx, file)
    service_ids, changed = _services(tx, file)
    changes += changed
    changes += _desks(tx, file, service_ids)
    for key, waiting in places.silent(tx).items():
        if key not in silent:
            raise refusals.refused("service-has-waiting", service=key, waiting=waiting)
    changes += _closures(tx, file)
    changes += _devices(tx, file)
    changes += site_content.put(tx, file)
    if moved:
        set_day_close(tx)
    if changes:
        set_ready(tx)
        tx.append(SiteLoaded(site=file.site.key, changes=tuple(changes)))
    return Loaded(tx.site, len(changes))


def _site(tx: Tx, file: SiteFile) -> list[Change]:
    part = file.site
    wanted: Values = {
        "key": part.key,
        "name": part.name,
        "zone": part.zone,
        "profile": part.profile,
        "languages": json_of(part.languages),
        "hours": None if part.hours is None else json_of(spans(part.hours, "site.hours")),
        "settings": json_of(changed(part.settings)),
        "callbacks": json_of(differing(file.callbacks)),
    }
    row = tx.row(_SITE, no=tx.site)
    if row is None:
        tx.run(_NEW_SITE, no=tx.site, closed_ms=0, **wanted)
        return [Change("site", part.key, None, plain(wanted))]
    if row.key != part.key:
        raise refusals.unknown("site-unknown", site=part.key)
    there = {name: getattr(row, name) for name in _SITE_COLUMNS}
    differs = {name for name in wanted if there[name] != wanted[name]}
    if not differs:
        return []
    tx.run(_SET_SITE, b_no=tx.site, **{f"b_{name}": value for name, value in wanted.items()})
    return [
        Change(
            "site",
            part.key,
            plain({name: there[name] for name in differs}),
            plain({name: wanted[name] for name in differs}),
        )
    ]


def _attentions(tx: Tx, file: SiteFile) -> list[Change]:
    there = _ATTENTION.all(tx)
    usual = _usual(file.attention)
    changes: list[Change] = []
    for key, (row_id, values) in there.items():
        # One class is usual at any moment: the old one steps back first.
        if values["usual"] and key != usual:
            tx.run(_NOT_USUAL, b_id=row_id)
    for place, part in enumerate(file.attention):
        wanted: Values = {
            "names": json_of(part.name),
            "rank": (place + 1) * 10 if part.rank is None else part.rank,
            "clinical": int(part.clinical),
            "kiosk": int(part.kiosk and not part.clinical),
            "usual": int(part.key == usual),
            "target_min": part.target_minutes,
            "active": 1,
        }
        changes += _ATTENTION.put(tx, "attention", part.key, there.get(part.key), wanted)[1]
    named = {part.key for part in file.attention}
    for key, (row_id, values) in there.items():
        if key not in named and values["active"]:
            waiting = _sum(tx, _IN_CLASS, site=tx.site, attention=row_id)
            if waiting:
                raise refusals.refused("attention-has-waiting", attention=key, waiting=waiting)
            gone = {**values, "active": 0, "usual": 0}
            changes += _ATTENTION.put(tx, "attention", key, (row_id, values), gone)[1]
    return changes


def _usual(parts: tuple[AttentionPart, ...]) -> str:
    """The class of who asks for none: the marked one, else the last that is not clinical."""
    marked = [part.key for part in parts if part.usual]
    return marked[0] if marked else [part.key for part in parts if not part.clinical][-1]


def _services(tx: Tx, file: SiteFile) -> tuple[dict[str, int], list[Change]]:
    there = _SERVICE.all(tx)
    named = {part.key: part for part in file.service}
    _free_prefixes(tx, there, named)
    ids: dict[str, int] = {}
    changes: list[Change] = []
    for sort, part in enumerate(_parents_first(file.service)):
        wanted = _service(part, file, sort, ids)
        row_id, changed = _SERVICE.put(tx, "service", part.key, there.get(part.key), wanted)
        ids[part.key] = row_id
        changes += changed
    for key, (row_id, values) in there.items():
        if key not in named and values["active"]:
            gone = {**values, "prefix": None, "active": 0}
            changes += _SERVICE.put(tx, "service", key, (row_id, values), gone)[1]
    keys = {row_id: key for key, (row_id, _) in there.items()}
    keys |= {row_id: key for key, row_id in ids.items()}
    return ids, [_with_parents_key(change, keys) for change in changes]


def _with_parents_key(change: Change, keys: dict[int, str]) -> Change:
    """The same change, naming the parent by its key: a row's id means nothing to a reader."""

    def named(values: Values | None) -> Values | None:
        if values is None or values.get("parent") is None:
            return values
        return {**values, "parent": keys[values["parent"]]}

    return Change(change.what, change.key, named(change.before), named(change.after))


def _free_prefixes(
    tx: Tx, there: dict[str, tuple[int, Values]], named: dict[str, ServicePart]
) -> None:
    """Let go of prefixes that move, so that two services can swap theirs; nobody may be waiting
    for a service that stops giving numbers.
    """
    for key, (row_id, values) in there.items():
        prefix = named[key].prefix if key in named else None
        if values["prefix"] is None or values["prefix"] == prefix:
            continue
        if prefix is None:
            waiting = _sum(tx, _WAITING, service=row_id)
            if waiting:
                raise refusals.refused("service-has-waiting", service=key, waiting=waiting)
        tx.run(_NO_PREFIX, b_id=row_id, b_none=None)


def _parents_first(parts: tuple[ServicePart, ...]) -> list[ServicePart]:
    """In the file's order, but never a child before its parent."""
    by_key = {part.key: part for part in parts}
    ordered: dict[str, ServicePart] = {}

    def place(part: ServicePart) -> None:
        if part.key not in ordered:
            if part.parent is not None:
                place(by_key[part.parent])
            ordered[part.key] = part

    for part in parts:
        place(part)
    return list(ordered.values())


def _service(part: ServicePart, file: SiteFile, sort: int, ids: dict[str, int]) -> Values:
    # An empty table of its own means never open, whatever the site's hours are.
    hours = part.hours if part.hours is not None else file.site.hours or {}
    return {
        "parent": ids[part.parent] if part.parent is not None else None,
        "prefix": part.prefix,
        "names": json_of(part.name),
        "public_names": None if part.public_name is None else json_of(part.public_name),
        "requirements": json_of(part.requirements),
        "hours": json_of(spans(hours, part.key)),
        "starts": json_of(rosters.starts(part, file)),
        "all_day": int(part.all_day),
        "quota": part.quota,
        "target_min": part.target_minutes,
        "reserve": part.reserve,
        "outcomes": int(part.outcomes),
        "path": json_of(part.path),
        "callbacks": None if part.callbacks is None else json_of(differing(part.callbacks)),
        "anew": int(part.anew),
        "where_to": json_of(part.where),
        "holidays": int(part.holidays),
        "sort": sort,
        "active": 1,
    }


def _desks(tx: Tx, file: SiteFile, service_ids: dict[str, int]) -> list[Change]:
    there = _DESK.all(tx)
    changes: list[Change] = []
    for sort, part in enumerate(file.desk):
        wanted: Values = {
            "ref": f"{file.site.key}.{part.key}",
            "name": part.name,
            "zone": part.zone,
            "auto_call": int(part.auto_call),
            "classes": json_of(part.classes),
            "only_classes": int(part.only_classes),
            "phone": part.phone,
            "planned": json_of(spans(part.planned, part.key)),
            "sort": sort,
            "active": 1,
        }
        desk_id, changed = _DESK.put(tx, "desk", part.key, there.get(part.key), wanted)
        changes += changed
        serves = dict.fromkeys(part.primary, 0) | dict.fromkeys(part.overflow, 1)
        before = {row.key: row.tier for row in tx.rows(_SERVED, desk=desk_id)}
        if before != serves:
            tx.run(_UNSERVE, b_desk=desk_id)
            for key, tier in serves.items():
                tx.run(_SERVE, desk=desk_id, service=service_ids[key], tier=tier)
            changes.append(Change("desk", part.key, {"serves": before}, {"serves": serves}))
    named = {part.key for part in file.desk}
    for key, (desk_id, values) in there.items():
        if key not in named and values["active"]:
            if tx.row(_LIVE, desk=desk_id) is not None:
                raise refusals.refused("desk-open", desk=values["ref"])
            waiting = _sum(tx, _FOR_DESK, desk=desk_id)
            if waiting:
                raise refusals.refused("desk-has-waiting", desk=values["ref"], waiting=waiting)
            tx.run(_UNSERVE, b_desk=desk_id)
            changes += _DESK.put(tx, "desk", key, (desk_id, values), {**values, "active": 0})[1]
    return changes


def _closures(tx: Tx, file: SiteFile) -> list[Change]:
    there = {row.day: row.name for row in tx.rows(_CLOSURES, site=tx.site)}
    wanted = {part.day: part.name for part in file.closure}
    for day in there.keys() - wanted.keys():
        tx.run(_NO_CLOSURE, b_site=tx.site, b_day=day)
    for day, name in wanted.items():
        if day not in there:
            tx.run(_NEW_CLOSURE, site=tx.site, day=day, name=name)
        elif there[day] != name:
            tx.run(_SET_CLOSURE, b_site=tx.site, b_day=day, b_name=name)
    return [
        Change(
            "closure",
            day,
            {"name": there[day]} if day in there else None,
            {"name": wanted[day]} if day in wanted else None,
        )
        for day in sorted(there.keys() | wanted.keys())
        if there.get(day) != wanted.get(day)
    ]


def _devices(tx: Tx, file: SiteFile) -> list[Change]:
    changes: list[Change] = []
    for kind, rows in _DEVICE.items():
        there = rows.all(tx)
        wanted = site_devices.kept(file, kind)
        if kind == "printer" and wanted:
            # One that the file does not name prints the same paper as the others.
            for key, (_, values) in there.items():
                same = site_devices.with_paper(values["settings"], file.ticket)
                wanted.setdefault(key, {**values, "settings": same})
        for key, values in wanted.items():
            changes += rows.put(tx, kind, key, there.get(key), values)[1]
    return [
        Change(one.what, one.key, site_devices.told(one.before), site_devices.told(one.after))
        for one in changes
    ]


def _sum(tx: Tx, statement: Statement, **params: int) -> int:
    row = tx.row(statement, **params)
    return int(row.waiting) if row else 0

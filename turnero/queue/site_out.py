"""A site out of the database: its rows as the description that would make them, and that as TOML.

`read` is the way back of commands/sites.load_site: loading what it gives changes nothing.
`encode` writes what site_file.decode reads, laid out as people write it: a table for each
service or desk, names and hours on one line.
"""

import re
from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, select

from turnero.queue import site_content
from turnero.queue.call_settings import OwnCallSettings, call_settings_of
from turnero.queue.hours import WEEKDAYS, Hours
from turnero.queue.numbers import clock
from turnero.queue.paths import steps_of
from turnero.queue.settings import languages_of, settings_of
from turnero.queue.site_devices import paper_of, parts
from turnero.queue.site_shape import (
    AttentionPart,
    BoardPart,
    BoxPart,
    ClosurePart,
    DeskPart,
    KioskPart,
    PrinterPart,
    ServicePart,
    SignPart,
    SiteFile,
    SitePart,
    Spans,
)
from turnero.queue.tables import attention, closure, desk, desk_service, service, site
from turnero.store import devices
from turnero.store.sql import Query, Statement

_SITE: Final = Statement(
    select(
        site.c.key,
        site.c.name,
        site.c.zone,
        site.c.profile,
        site.c.languages,
        site.c.hours,
        site.c.settings,
        site.c.callbacks,
    ).where(site.c.no == bindparam("no"))
)
_ATTENTIONS: Final = Statement(
    select(
        attention.c.key,
        attention.c.names,
        attention.c.rank,
        attention.c.clinical,
        attention.c.kiosk,
        attention.c.usual,
        attention.c.target_min,
    )
    .where(attention.c.site == bindparam("site"), attention.c.active == 1)
    .order_by(attention.c.rank, attention.c.id)
)
_SERVICES: Final = Statement(
    select(
        service.c.id,
        service.c.key,
        service.c.parent,
        service.c.prefix,
        service.c.names,
        service.c.public_names,
        service.c.requirements,
        service.c.hours,
        service.c.all_day,
        service.c.quota,
        service.c.target_min,
        service.c.reserve,
        service.c.outcomes,
        service.c.holidays,
        service.c.path,
        service.c.callbacks,
        service.c.anew,
        service.c.where_to,
    )
    .where(service.c.site == bindparam("site"), service.c.active == 1)
    .order_by(service.c.sort, service.c.id)
)
_DESKS: Final = Statement(
    select(
        desk.c.id,
        desk.c.key,
        desk.c.name,
        desk.c.zone,
        desk.c.auto_call,
        desk.c.classes,
        desk.c.only_classes,
        desk.c.phone,
        desk.c.planned,
    )
    .where(desk.c.site == bindparam("site"), desk.c.active == 1)
    .order_by(desk.c.sort, desk.c.id)
)
_SERVES: Final = Statement(
    select(desk_service.c.desk, service.c.key, desk_service.c.tier)
    .select_from(desk_service.join(service, service.c.id == desk_service.c.service))
    .where(service.c.site == bindparam("site"), service.c.active == 1)
    .order_by(service.c.sort, service.c.id)
)
_CLOSURES: Final = Statement(
    select(closure.c.day, closure.c.name)
    .where(closure.c.site == bindparam("site"))
    .order_by(closure.c.day)
)

_BARE: Final = re.compile(r"[A-Za-z0-9_-]+")
_ESCAPES: Final = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
#: written after the keys of their table, as tables of their own
_TABLES: Final = ("settings", "requirements", "notices")


def read(q: Query, no: int) -> SiteFile | None:
    """The description of that site as it is now; None where there is none."""
    row = q.row(_SITE, no=no)
    if row is None:
        return None
    hours = None if row.hours is None else _hours(row.hours)
    found = devices.of_site(q, no)
    return SiteFile(
        site=SitePart(
            key=row.key,
            name=row.name,
            zone=row.zone,
            profile=row.profile,
            languages=languages_of(row.languages),
            hours=None if hours is None else _spans(hours),
            settings=settings_of(row.settings),
        ),
        service=_services(q, no, hours),
        desk=_desks(q, no),
        attention=_attentions(q, no),
        box=parts(found, BoxPart),
        kiosk=parts(found, KioskPart),
        board=parts(found, BoardPart),
        printer=parts(found, PrinterPart),
        sign=parts(found, SignPart),
        content=site_content.read(q, no),
        closure=tuple(ClosurePart(one.day, one.name) for one in q.rows(_CLOSURES, site=no)),
        ticket=paper_of(found),
        callbacks=call_settings_of(row.callbacks),
    )


def digest(file: SiteFile) -> str:
    """A short name of exactly this description: two that differ have different ones."""
    return blake2b(encode(file).encode(), digest_size=12).hexdigest()


def _hours(text: str) -> Hours:
    return msgspec.json.decode(text, type=Hours)


def _spans(hours: Hours) -> Spans:
    """Hours as they are written; every weekday in order."""
    written: dict[Any, tuple[str, ...]] = {
        day: tuple(f"{clock(start)}-{clock(end)}" for start, end in hours[day])
        for day in WEEKDAYS
        if day in hours
    }
    return written


def _attentions(q: Query, no: int) -> tuple[AttentionPart, ...]:
    rows = q.rows(_ATTENTIONS, site=no)
    last = next((row.key for row in reversed(rows) if not row.clinical), None)
    return tuple(
        AttentionPart(
            key=row.key,
            name=msgspec.json.decode(row.names),
            rank=None if row.rank == (place + 1) * 10 else row.rank,
            clinical=bool(row.clinical),
            # nobody chooses a clinical one, so it need not be said
            kiosk=bool(row.kiosk or row.clinical),
            usual=bool(row.usual) and row.key != last,
            target_minutes=row.target_min,
        )
        for place, row in enumerate(rows)
    )


def _services(q: Query, no: int, common: Hours | None) -> tuple[ServicePart, ...]:
    rows = q.rows(_SERVICES, site=no)
    keys = {row.id: row.key for row in rows}
    groups = {row.parent for row in rows}
    return tuple(
        ServicePart(
            key=row.key,
            name=msgspec.json.decode(row.names),
            parent=None if row.parent is None else keys[row.parent],
            prefix=row.prefix,
            public_name=None if row.public_names is None else msgspec.json.decode(row.public_names),
            requirements={
                language: tuple(lines)
                for language, lines in msgspec.json.decode(row.requirements).items()
            },
            hours=_own_hours(
                _hours(row.hours), common, needed=row.id not in groups and not row.all_day
            ),
            all_day=bool(row.all_day),
            quota=row.quota,
            target_minutes=row.target_min,
            reserve=row.reserve,
            outcomes=bool(row.outcomes),
            holidays=bool(row.holidays),
            path=steps_of(row.path),
            callbacks=(
                None
                if row.callbacks is None
                else msgspec.json.decode(row.callbacks, type=OwnCallSettings)
            ),
            anew=bool(row.anew),
            where=msgspec.json.decode(row.where_to),
        )
        for row in rows
    )


def _own_hours(hours: Hours, common: Hours | None, *, needed: bool) -> Spans | None:
    """A service's hours where they must be said: not the site's own, and not none at all."""
    if hours == (common or {}) and (common is not None or not needed):
        return None
    return _spans(hours)


def _desks(q: Query, no: int) -> tuple[DeskPart, ...]:
    serves: dict[tuple[int, int], list[str]] = {}
    for row in q.rows(_SERVES, site=no):
        serves.setdefault((row.desk, row.tier), []).append(row.key)
    return tuple(
        DeskPart(
            key=row.key,
            name=row.name,
            zone=row.zone,
            primary=tuple(serves.get((row.id, 0), ())),
            overflow=tuple(serves.get((row.id, 1), ())),
            auto_call=bool(row.auto_call),
            classes=tuple(msgspec.json.decode(row.classes)),
            only_classes=bool(row.only_classes),
            phone=row.phone,
            planned=_spans(_hours(row.planned)),
        )
        for row in q.rows(_DESKS, site=no)
    )


# --- as TOML ------------------------------------------------------------------------------------


def encode(file: SiteFile) -> str:
    """The description as TOML; what has its default is left out."""
    tree = _said(file)
    parts = [_table("site", tree.pop("site"), many=False)]
    # What others name comes before them, for who reads the file from the top.
    for name in (
        "attention",
        "service",
        "desk",
        "box",
        "kiosk",
        "board",
        "printer",
        "sign",
        "content",
        "closure",
    ):
        parts += [_table(name, item, many=True) for item in tree.get(name, ())]
    parts += [
        _table(name, tree[name], many=False) for name in ("ticket", "callbacks") if name in tree
    ]
    if not file.attention:
        parts.insert(0, "attention = []\n")
    return "\n".join(parts)


def _said(part: msgspec.Struct) -> dict[str, Any]:
    """What of a part differs from its defaults, or has none."""
    said: dict[str, Any] = {}
    for field in msgspec.structs.fields(part):
        value = getattr(part, field.name)
        default = field.default
        if field.default_factory is not msgspec.NODEFAULT:
            default = field.default_factory()
        if default is not msgspec.NODEFAULT and value == default:
            continue
        if isinstance(value, msgspec.Struct):
            value = _said(value)
        elif isinstance(value, tuple):
            value = [_said(one) if isinstance(one, msgspec.Struct) else one for one in value]
        said[field.name] = value
    return said


def _table(name: str, items: Mapping[str, Any], *, many: bool) -> str:
    lines = [f"[[{name}]]" if many else f"[{name}]"]
    lines += [
        f"{_key(key)} = {_value(value)}" for key, value in items.items() if key not in _TABLES
    ]
    for below in _TABLES:
        if items.get(below):
            lines += ["", f"[{name}.{below}]"] if below == "settings" else [f"[{name}.{below}]"]
            lines += [f"{_key(key)} = {_value(value)}" for key, value in items[below].items()]
    return "\n".join(lines) + "\n"


def _key(key: str) -> str:
    return key if _BARE.fullmatch(key) else _text(key)


def _value(value: object) -> str:
    match value:
        case bool():
            return "true" if value else "false"
        case int():
            return str(value)
        case str():
            return _text(value)
        case dict():
            inner = ", ".join(f"{_key(key)} = {_value(item)}" for key, item in value.items())
            return f"{{ {inner} }}" if inner else "{}"
        case list() | tuple():
            return f"[{', '.join(_value(item) for item in value)}]"
        case _:
            raise TypeError(f"a site's description holds no {type(value).__name__}")


def _text(text: str) -> str:
    """A basic string; characters that TOML does not allow in it are escaped."""
    return '"' + "".join(_ESCAPES.get(char) or _seen(char) for char in text) + '"'


def _seen(char: str) -> str:
    return f"\\u{ord(char):04x}" if char < " " or char == "\x7f" else char

"""What must hold in a site's description, beyond its shape; each breach names its key.

Pure. The first breach found is told; the file is never half accepted.
"""

import re
from collections.abc import Iterable, Mapping
from datetime import date
from functools import lru_cache
from itertools import pairwise
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from turnero.queue import site_calls, site_content, site_paper
from turnero.queue.hours import WEEKDAYS, Hours
from turnero.queue.numbers import MIDNIGHT, PREFIX_LETTERS, SOUND_ALIKE, minutes
from turnero.queue.paths import MOST
from turnero.queue.settings import NEVER, Settings
from turnero.queue.site_breaches import wrong
from turnero.queue.site_devices import PARTS
from turnero.queue.site_shape import DeskPart, DevicePart, ServicePart, SiteFile, Spans

_KEY: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:[_-][A-Z]{2})?")
#: an address to send to: no names, comments or spaces, nothing that could end a header
_MAIL: Final = re.compile(
    r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9-]{1,63}(\.[A-Za-z0-9-]{1,63})+", re.ASCII
)
_SCANNER: Final = re.compile(r"serial:///dev/[\w./:-]+(\?baudrate=[0-9]{3,6})?", re.ASCII)
_MAX_PREFIX: Final = 2
#: minutes of a day
_MOST_TARGET: Final = 24 * 60


def check(file: SiteFile) -> None:
    """Raise `Invalid("site-file")` for the first thing that does not hold."""
    _site(file)
    _settings(file.site.settings)
    _classes(file)
    _services(file)
    _prefixes(file)
    _desks(file)
    _paths(file)
    _sounds(file)
    _devices(file)
    _closures(file)
    _content(file)
    site_paper.check(file)
    site_calls.check(file)


def spans(hours: Spans, key: str) -> Hours:
    """Hours as minutes, in order; a breach if a span is malformed or overlaps another.

    A night such as "22:00-06:00" is kept as two: until midnight, and the next day's morning.
    """
    parts: dict[str, list[tuple[int, int]]] = {day: [] for day in hours}
    for day, texts in hours.items():
        for text in texts:
            start, end = _span(text, f"{key}.{day}")
            if start < end:
                parts[day].append((start, end))
                continue
            parts[day].append((start, MIDNIGHT))
            if end:
                parts.setdefault(_next_day(day), []).append((0, end))
    found: Hours = {}
    for weekday in sorted(parts, key=WEEKDAYS.index):
        in_order = sorted(parts[weekday])
        for (_, end), (start, _) in pairwise(in_order):
            if start < end:
                raise wrong(f"{key}.{weekday}", "spans-overlap")
        found[weekday] = tuple(in_order)
    return found


def _next_day(day: str) -> str:
    return WEEKDAYS[(WEEKDAYS.index(day) + 1) % len(WEEKDAYS)]


def _span(text: str, key: str) -> tuple[int, int]:
    start, dash, end = (part.strip() for part in text.partition("-"))
    try:
        parsed = minutes(start), minutes(end)
    except ValueError:
        parsed = (0, 0)
    if not dash or parsed[0] == parsed[1] or parsed[0] == MIDNIGHT:
        raise wrong(key, "span", span=text)
    return parsed


def _keys(parts: Iterable[tuple[str, str]]) -> None:
    """Check (place, key) pairs: slugs, none twice."""
    seen: dict[str, str] = {}
    for place, key in parts:
        if not _KEY.fullmatch(key):
            raise wrong(f"{place}.key", "key-malformed", key=key)
        if key in seen:
            raise wrong(f"{place}.key", "key-taken", key=key, by=seen[key])
        seen[key] = place


def _names(file: SiteFile, names: Mapping[str, str], place: str) -> None:
    own = file.site.languages[0]
    if not names.get(own):
        raise wrong(place, "own-name-missing", language=own)
    for language in names:
        if not _LANGUAGE.fullmatch(language):
            raise wrong(place, "language", language=language)


def _site(file: SiteFile) -> None:
    site = file.site
    _keys([("site", site.key)])
    if not site.name:
        raise wrong("site.name", "site-name-empty")
    try:
        _zone(site.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise wrong("site.zone", "zone", zone=site.zone) from None
    if not site.languages:
        raise wrong("site.languages", "languages-none")
    for language in site.languages:
        if not _LANGUAGE.fullmatch(language):
            raise wrong("site.languages", "language", language=language)
    if site.hours is not None:
        spans(site.hours, "site.hours")


def _settings(settings: Settings) -> None:
    if settings.day_close != NEVER:
        try:
            minutes(settings.day_close)
        except ValueError:
            raise wrong("site.settings.day_close", "day-close", hour=settings.day_close) from None
    if settings.alarm_to and not _MAIL.fullmatch(settings.alarm_to):
        raise wrong("site.settings.alarm_to", "mail", address=settings.alarm_to[:100])
    figures = {
        "recall_gap_s": (settings.recall_gap_s, 0, 600),
        "no_show_recalls": (settings.no_show_recalls, 0, 10),
        "return_minutes": (settings.return_minutes, 0, 24 * 60),
        "undo_s": (settings.undo_s, 0, 60),
        "start_after_s": (settings.start_after_s, 0, 600),
        "max_people": (settings.max_people, 1, 500),
        "step_out_minutes": (settings.step_out_minutes, 1, 240),
        "remind_minutes": (settings.remind_minutes, 0, 240),
        "parked_minutes": (settings.parked_minutes, 1, 24 * 60),
        "unattended_minutes": (settings.unattended_minutes, 1, 24 * 60),
        "ready_minutes": (settings.ready_minutes, 0, 240),
        "share_first": (settings.share_first, 1, 20),
        "share_rest": (settings.share_rest, 1, 20),
        "target_minutes": (settings.target_minutes, 1, _MOST_TARGET),
    }
    for name, (value, least, most) in figures.items():
        if not least <= value <= most:
            raise wrong(
                f"site.settings.{name}", "out-of-range", value=value, least=least, most=most
            )


@lru_cache
def _zone(zone: str) -> ZoneInfo:
    return ZoneInfo(zone)


def _classes(file: SiteFile) -> None:
    _keys((f"attention[{n}]", part.key) for n, part in enumerate(file.attention))
    for n, part in enumerate(file.attention):
        _names(file, part.name, f"attention[{n}].name")
        _target(part.target_minutes, f"attention[{n}].target_minutes")
    if all(part.clinical for part in file.attention):
        raise wrong("attention", "classes-all-clinical")
    if sum(part.usual for part in file.attention) > 1:
        raise wrong("attention", "usual-twice")
    if any(part.usual and part.clinical for part in file.attention):
        raise wrong("attention", "usual-clinical")


def _services(file: SiteFile) -> None:
    if not file.service:
        raise wrong("service", "services-none")
    _keys((f"service[{n}]", part.key) for n, part in enumerate(file.service))
    by_key = {part.key: part for part in file.service}
    groups = file.groups()
    for n, part in enumerate(file.service):
        place = f"service[{n}]"
        _names(file, part.name, f"{place}.name")
        if part.public_name is not None:
            _names(file, part.public_name, f"{place}.public_name")
        for language in part.where:
            if not _LANGUAGE.fullmatch(language):
                raise wrong(f"{place}.where", "language", language=language)
        _parent(part, by_key, place)
        if part.hours is not None:
            spans(part.hours, f"{place}.hours")
        if part.key not in groups:
            _leaf(file, part, place)
        elif part.prefix is not None:
            raise wrong(f"{place}.prefix", "group-prefix")


def _leaf(file: SiteFile, part: ServicePart, place: str) -> None:
    if not part.all_day and part.hours is None and file.site.hours is None:
        raise wrong(f"{place}.hours", "hours-missing")
    if part.quota is not None and part.quota < 1:
        raise wrong(f"{place}.quota", "too-small")
    _target(part.target_minutes, f"{place}.target_minutes")


def _target(minutes: int | None, place: str) -> None:
    if minutes is not None and not 1 <= minutes <= _MOST_TARGET:
        raise wrong(place, "out-of-range", value=minutes, least=1, most=_MOST_TARGET)


def _parent(part: ServicePart, by_key: Mapping[str, ServicePart], place: str) -> None:
    seen = {part.key}
    above = part.parent
    while above is not None:
        if above not in by_key:
            raise wrong(f"{place}.parent", "parent-unknown", service=above)
        if above in seen:
            raise wrong(f"{place}.parent", "parent-circle", service=above)
        seen.add(above)
        above = by_key[above].parent


def _prefixes(file: SiteFile) -> None:
    groups = file.groups()
    taken: dict[str, str] = {}
    for n, part in enumerate(file.service):
        if part.key in groups:
            continue
        place = f"service[{n}].prefix"
        prefix = part.prefix
        if prefix is None:
            raise wrong(place, "prefix-missing")
        if not 1 <= len(prefix) <= _MAX_PREFIX or not PREFIX_LETTERS.issuperset(prefix):
            raise wrong(
                place, "prefix-letters", prefix=prefix, letters="".join(sorted(PREFIX_LETTERS))
            )
        if prefix in taken:
            raise wrong(place, "prefix-taken", prefix=prefix, by=taken[prefix])
        taken[prefix] = part.key


def _desks(file: SiteFile) -> None:
    _keys((f"desk[{n}]", part.key) for n, part in enumerate(file.desk))
    groups = file.groups()
    known = {part.key for part in file.service}
    for n, part in enumerate(file.desk):
        if not part.name:
            raise wrong(f"desk[{n}].name", "desk-name-empty")
        for field, keys in (("primary", part.primary), ("overflow", part.overflow)):
            for key in keys:
                if key not in known:
                    raise wrong(f"desk[{n}].{field}", "service-unknown", service=key)
                if key in groups:
                    raise wrong(f"desk[{n}].{field}", "service-group", service=key)
        served = (*part.primary, *part.overflow)
        if len(set(served)) != len(served):
            raise wrong(f"desk[{n}]", "service-twice")
        if not part.primary:
            raise wrong(f"desk[{n}].primary", "primary-none")
        _desk_classes(file, part, f"desk[{n}]")
        spans(part.planned, f"desk[{n}].planned")
    _served(file)


def _desk_classes(file: SiteFile, part: DeskPart, place: str) -> None:
    known = {one.key for one in file.attention}
    for key in part.classes:
        if key not in known:
            raise wrong(f"{place}.classes", "class-unknown", attention=key)
    if len(set(part.classes)) != len(part.classes):
        raise wrong(f"{place}.classes", "class-twice")
    if part.only_classes and not part.classes:
        raise wrong(f"{place}.only_classes", "only-none")


def _served(file: SiteFile) -> None:
    """Nobody waits for desks that may never call them, and no more desks are kept than there are."""
    for n, part in enumerate(file.service):
        desks = [desk for desk in file.desk if part.key in (*desk.primary, *desk.overflow)]
        if not 0 <= part.reserve <= len(desks):
            raise wrong(f"service[{n}].reserve", "reserve", value=part.reserve, desks=len(desks))
        for one in file.attention:
            if (
                desks
                and not one.clinical
                and all(desk.only_classes and one.key not in desk.classes for desk in desks)
            ):
                raise wrong(f"service[{n}]", "class-nowhere", service=part.key, attention=one.key)


def _paths(file: SiteFile) -> None:
    """A path goes through services that somebody serves, each once."""
    groups = file.groups()
    known = {part.key for part in file.service}
    served = {key for desk in file.desk for key in (*desk.primary, *desk.overflow)}
    for n, part in enumerate(file.service):
        place = f"service[{n}].path"
        if part.path and part.key in groups:
            raise wrong(place, "path-group")
        if len(part.path) > MOST:
            raise wrong(place, "path-long", most=MOST)
        seen = {part.key}
        for key in part.path:
            if key not in known:
                raise wrong(place, "service-unknown", service=key)
            if key in groups:
                raise wrong(place, "service-group", service=key)
            if key in seen:
                raise wrong(place, "path-circle", service=key)
            if key not in served:
                raise wrong(place, "path-no-desk", service=key)
            seen.add(key)


def _sounds(file: SiteFile) -> None:
    """B, D, P and T sound alike: not two of them in one zone."""
    prefix = {part.key: part.prefix or "" for part in file.service}
    zones: dict[str, list[DeskPart]] = {}
    for desk in file.desk:
        zones.setdefault(desk.zone, []).append(desk)
    for zone, desks in zones.items():
        heard = {prefix[key] for desk in desks for key in (*desk.primary, *desk.overflow)}
        alike = sorted(heard & SOUND_ALIKE)
        if len(alike) > 1:
            n = next(n for n, part in enumerate(file.service) if part.prefix == alike[-1])
            raise wrong(
                f"service[{n}].prefix",
                "sound-alike",
                letters=" and ".join(alike),
                zone=zone or "all",
            )


def _devices(file: SiteFile) -> None:
    boxes = {part.key for part in file.box}
    for kind in PARTS:
        parts: tuple[DevicePart, ...] = getattr(file, kind)
        _keys((f"{kind}[{n}]", part.key) for n, part in enumerate(parts))
        for n, part in enumerate(parts):
            box = getattr(part, "box", None)
            if box is not None and box not in boxes:
                raise wrong(f"{kind}[{n}].box", "box-unknown", box=box)
    printers = {part.key for part in file.printer}
    for n, kiosk in enumerate(file.kiosk):
        if kiosk.printer is not None and kiosk.printer not in printers:
            raise wrong(f"kiosk[{n}].printer", "printer-unknown", printer=kiosk.printer)
        if kiosk.scanner is not None and _SCANNER.fullmatch(kiosk.scanner) is None:
            raise wrong(f"kiosk[{n}].scanner", "scanner-address", url=kiosk.scanner)
    desks = {part.key for part in file.desk}
    for n, sign in enumerate(file.sign):
        if sign.desk is not None and sign.desk not in desks:
            raise wrong(f"sign[{n}].desk", "desk-unknown", desk=sign.desk)


def _closures(file: SiteFile) -> None:
    seen: set[str] = set()
    for n, part in enumerate(file.closure):
        try:
            date.fromisoformat(part.day)
        except ValueError:
            raise wrong(f"closure[{n}].day", "day", day=part.day) from None
        if part.day in seen:
            raise wrong(f"closure[{n}].day", "day-twice", day=part.day)
        seen.add(part.day)


def _content(file: SiteFile) -> None:
    _keys((f"content[{n}]", part.key) for n, part in enumerate(file.content))
    for n, part in enumerate(file.content):
        for name in ("name", "text", "alt"):
            texts: Mapping[str, str] = getattr(part, name)
            if name == "name" or texts:
                _names(file, texts, f"content[{n}].{name}")
        spans(part.hours, f"content[{n}].hours")
    site_content.check(file)

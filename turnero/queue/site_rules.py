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

from turnero.queue.hours import WEEKDAYS, Hours
from turnero.queue.numbers import MIDNIGHT, PREFIX_LETTERS, SOUND_ALIKE, minutes
from turnero.queue.refusals import invalid
from turnero.queue.settings import NEVER, Settings
from turnero.queue.site_shape import DeskPart, ServicePart, SiteFile, Spans
from turnero.store.errors import Invalid

_KEY: Final = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?")
_LANGUAGE: Final = re.compile(r"[a-z]{2,3}(?:[_-][A-Z]{2})?")
_MAX_PREFIX: Final = 2


def wrong(key: str, what: str) -> Invalid:
    """A breach: the key in the file, and what to do."""
    return invalid("site-file", key=key, what=what)


def check(file: SiteFile) -> None:
    """Raise `Invalid("site-file")` for the first thing that does not hold."""
    _site(file)
    _settings(file.site.settings)
    _classes(file)
    _services(file)
    _prefixes(file)
    _desks(file)
    _sounds(file)
    _devices(file)
    _closures(file)


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
                raise wrong(
                    f"{key}.{weekday}", "two spans overlap: write each part of the day once"
                )
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
        raise wrong(key, f'{text!r} is no span: write it as "08:00-13:00", a night "22:00-06:00"')
    return parsed


def _keys(parts: Iterable[tuple[str, str]]) -> None:
    """Check (place, key) pairs: slugs, none twice."""
    seen: dict[str, str] = {}
    for place, key in parts:
        if not _KEY.fullmatch(key):
            raise wrong(
                f"{place}.key",
                f"{key!r} is no key: use small letters, digits and hyphens, at most 40",
            )
        if key in seen:
            raise wrong(f"{place}.key", f"{key!r} is taken by {seen[key]}: choose another")
        seen[key] = place


def _names(file: SiteFile, names: Mapping[str, str], place: str) -> None:
    own = file.site.languages[0]
    if not names.get(own):
        raise wrong(place, f"the name in the site's own language is missing: add {own} = …")
    for language in names:
        if not _LANGUAGE.fullmatch(language):
            raise wrong(place, f"{language!r} is no language: use es, en, pt or qu")


def _site(file: SiteFile) -> None:
    site = file.site
    _keys([("site", site.key)])
    if not site.name:
        raise wrong("site.name", "is empty: give the site's name")
    try:
        _zone(site.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise wrong(
            "site.zone",
            f'{site.zone!r} is no time zone: write one such as "America/Lima"',
        ) from None
    if not site.languages:
        raise wrong("site.languages", 'is empty: name at least one, such as ["es"]')
    for language in site.languages:
        if not _LANGUAGE.fullmatch(language):
            raise wrong("site.languages", f"{language!r} is no language: use es, en, pt or qu")
    if site.hours is not None:
        spans(site.hours, "site.hours")


def _settings(settings: Settings) -> None:
    if settings.day_close != NEVER:
        try:
            minutes(settings.day_close)
        except ValueError:
            raise wrong(
                "site.settings.day_close",
                f'{settings.day_close!r} is no hour: write it as "23:30", or "never"',
            ) from None
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
    }
    for name, (value, least, most) in figures.items():
        if not least <= value <= most:
            raise wrong(f"site.settings.{name}", f"{value} is out of range: {least} to {most}")


@lru_cache
def _zone(zone: str) -> ZoneInfo:
    return ZoneInfo(zone)


def _classes(file: SiteFile) -> None:
    _keys((f"attention[{n}]", part.key) for n, part in enumerate(file.attention))
    for n, part in enumerate(file.attention):
        _names(file, part.name, f"attention[{n}].name")
    if all(part.clinical for part in file.attention):
        raise wrong("attention", "every class is clinical: add one for everybody else")
    if sum(part.usual for part in file.attention) > 1:
        raise wrong("attention", "two classes are usual: leave usual = true at one of them")
    if any(part.usual and part.clinical for part in file.attention):
        raise wrong("attention", "the usual class can't be clinical: only triage gives those")


def _services(file: SiteFile) -> None:
    if not file.service:
        raise wrong("service", "is empty: describe at least one [[service]]")
    _keys((f"service[{n}]", part.key) for n, part in enumerate(file.service))
    by_key = {part.key: part for part in file.service}
    groups = file.groups()
    for n, part in enumerate(file.service):
        place = f"service[{n}]"
        _names(file, part.name, f"{place}.name")
        if part.public_name is not None:
            _names(file, part.public_name, f"{place}.public_name")
        _parent(part, by_key, place)
        if part.hours is not None:
            spans(part.hours, f"{place}.hours")
        if part.key in groups:
            if part.prefix is not None:
                raise wrong(f"{place}.prefix", "a group gives no tickets: leave the prefix out")
            continue
        if not part.all_day and part.hours is None and file.site.hours is None:
            raise wrong(
                f"{place}.hours", "is missing: give hours, or all_day = true, or hours in [site]"
            )
        for name, value in (("quota", part.quota), ("target_minutes", part.target_minutes)):
            if value is not None and value < 1:
                raise wrong(f"{place}.{name}", "must be 1 or more, or left out")


def _parent(part: ServicePart, by_key: Mapping[str, ServicePart], place: str) -> None:
    seen = {part.key}
    above = part.parent
    while above is not None:
        if above not in by_key:
            raise wrong(f"{place}.parent", f"there is no service {above!r}: add it or correct it")
        if above in seen:
            raise wrong(f"{place}.parent", f"{above!r} is above itself: break the circle")
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
            raise wrong(place, "is missing: give one or two capital letters")
        if not 1 <= len(prefix) <= _MAX_PREFIX or not PREFIX_LETTERS.issuperset(prefix):
            raise wrong(
                place,
                f"{prefix!r} can't begin a number: use one or two of {''.join(sorted(PREFIX_LETTERS))}",
            )
        if prefix in taken:
            raise wrong(place, f"{prefix!r} is taken by {taken[prefix]!r}: choose another")
        taken[prefix] = part.key


def _desks(file: SiteFile) -> None:
    _keys((f"desk[{n}]", part.key) for n, part in enumerate(file.desk))
    groups = file.groups()
    known = {part.key for part in file.service}
    for n, part in enumerate(file.desk):
        if not part.name:
            raise wrong(f"desk[{n}].name", "is empty: give the name that the board shows")
        for field, keys in (("primary", part.primary), ("overflow", part.overflow)):
            for key in keys:
                if key not in known:
                    raise wrong(f"desk[{n}].{field}", f"there is no service {key!r}")
                if key in groups:
                    raise wrong(
                        f"desk[{n}].{field}", f"{key!r} is a group: name the services below it"
                    )
        served = (*part.primary, *part.overflow)
        if len(set(served)) != len(served):
            raise wrong(f"desk[{n}]", "names a service twice: once is enough, primary or overflow")
        if not part.primary:
            raise wrong(f"desk[{n}].primary", "is empty: name at least one service")
        spans(part.planned, f"desk[{n}].planned")


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
            raise wrong(
                "service.prefix",
                f"{' and '.join(alike)} sound alike and are called in one zone ({zone or 'all'}):"
                " choose another letter for all but one",
            )


def _devices(file: SiteFile) -> None:
    _keys((f"kiosk[{n}]", part.key) for n, part in enumerate(file.kiosk))
    _keys((f"board[{n}]", part.key) for n, part in enumerate(file.board))
    _keys((f"printer[{n}]", part.key) for n, part in enumerate(file.printer))
    printers = {part.key for part in file.printer}
    for n, part in enumerate(file.kiosk):
        if part.printer is not None and part.printer not in printers:
            raise wrong(
                f"kiosk[{n}].printer", f"there is no printer {part.printer!r}: add [[printer]]"
            )


def _closures(file: SiteFile) -> None:
    seen: set[str] = set()
    for n, part in enumerate(file.closure):
        try:
            date.fromisoformat(part.day)
        except ValueError:
            raise wrong(
                f"closure[{n}].day", f'{part.day!r} is no day: write it as "2026-12-24"'
            ) from None
        if part.day in seen:
            raise wrong(f"closure[{n}].day", f"{part.day} is named twice: once is enough")
        seen.add(part.day)

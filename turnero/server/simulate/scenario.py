"""Reads a scenario: a TOML file that says who comes to which site, and who works there when.

The keys are described in docs/planning.md, with an example in docs/scenario.toml. Pure: what it
needs of an installation (a site by its key, a recorded day) it is given. Errors name the line.
"""

import re
import tomllib
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from math import isfinite
from pathlib import Path
from typing import Annotated, Any, Final, get_args

import msgspec
from msgspec import Meta

from turnero.queue import site_file
from turnero.queue.hours import WEEKDAYS
from turnero.queue.numbers import minutes as parsed
from turnero.queue.site_lines import line_of, line_of_syntax
from turnero.queue.site_rules import spans
from turnero.queue.site_shape import SiteFile
from turnero.server.saying import sentence
from turnero.server.simulate.script import Script, Span, Spread, Stream, Times
from turnero.store.errors import Refused, TurneroError

#: a Monday that is a holiday nowhere
DAY: Final = "2026-03-02"
SEEDS: Final = 20
#: people a day beyond which a rehearsal would not end today
MOST: Final = 20_000
_MOST_SEEDS: Final = 1000
_YEARS: Final = range(2000, 2101)


class ScenarioError(TurneroError):
    """What is wrong with a scenario, and on which line."""


class _Part(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    pass


Part = Annotated[float, Meta(ge=0, le=1)]
Rate = Annotated[float, Meta(ge=0, le=100_000)]
Minutes = Annotated[float, Meta(gt=0, le=600)]


class Head(_Part, frozen=True):
    """`[scenario]`"""

    #: a site's file, beside this one; or
    site: str | None = None
    #: the key of a site of this installation
    key: str | None = None
    day: str = DAY
    #: a closed day of the journal, whose people come and whose desks work
    recorded: str | None = None
    seeds: Annotated[int, Meta(ge=1, le=_MOST_SEEDS)] = SEEDS
    #: part of those who are called and do not come, unless a service says otherwise
    no_shows: Part = 0.0
    #: what a desk takes between two people
    between_seconds: Annotated[float, Meta(ge=0, le=3600)] = 0.0


class ServicePart(_Part, frozen=True):
    """`[[service]]`: who comes to it"""

    key: str
    #: span → people an hour
    arrivals: dict[str, Rate] = {}
    #: mean time of a service
    minutes: Minutes | None = None
    spread: Spread = "lognormal"
    #: class → its part of the people; the rest is of the usual class
    classes: dict[str, Part] = {}
    no_shows: Part | None = None


class DeskPart(_Part, frozen=True):
    """`[[desk]]`: when somebody works there, instead of its roster"""

    key: str
    hours: tuple[str, ...]


class Scenario(_Part, frozen=True):
    """The whole file"""

    scenario: Head
    service: tuple[ServicePart, ...] = ()
    desk: tuple[DeskPart, ...] = ()


#: how the kinds of values are called in errors
_KINDS: Final = {
    "str": "a text in quotes",
    "int": "a whole number",
    "float": "a number",
    "array": "a list in [ ]",
    "object": "a table",
    "date": "a bare date",
    "bytes": "nan or inf",
}
_KIND: Final = re.compile(r"`(\w+)(?: \| null)?`")

#: gives the site's description by its key, and with a day that day as it was recorded
Installed = Callable[[str | None, str | None], tuple[str, Script | None]]


class Read(msgspec.Struct, frozen=True):
    """A scenario, ready to be played."""

    script: Script
    seeds: int


class _Wrong(Exception):
    """What is wrong, until its line is known."""

    def __init__(self, key: str, what: str) -> None:
        self.key = key
        self.what = what


def read(path: Path, installed: Installed) -> Read:
    """Read a scenario file. Raises `ScenarioError` with the line."""
    try:
        source = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ScenarioError(f"{path}: this is not text in UTF-8 (byte {error.start})") from None
    try:
        raw = tomllib.loads(source, parse_float=_number)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        line = line_of_syntax(str(error))
        raise ScenarioError(f"{path}{_on(line)}: this is not TOML: {error}") from None
    try:
        scenario = _shaped(raw)
        return Read(_script(scenario, path, installed), scenario.scenario.seeds)
    except _Wrong as wrong:
        line = line_of(source, wrong.key)
        raise ScenarioError(f"{path}{_on(line)}: {wrong.key} {wrong.what}") from None


def _on(line: int | None) -> str:
    return "" if line is None else f", line {line}"


def _number(text: str) -> float | bytes:
    """A figure of the file; TOML's `nan` and `inf`, of which no bound keeps clear, as bytes."""
    return value if isfinite(value := float(text)) else text.encode()


def _shaped(raw: dict[str, Any]) -> Scenario:
    try:
        return msgspec.convert(raw, Scenario)
    except msgspec.ValidationError as error:
        what, _, at = str(error).partition(" - at ")
        place = at.rpartition("`$")[2].strip("`").removeprefix(".")
        extra = re.search(r"unknown field `(.+)`", what)
        if extra:
            key = f"{place}.{extra[1]}" if place else extra[1]
            raise _Wrong(key, "is not known here: remove or correct it") from None
        lacking = re.search(r"required field `(\w+)`", what)
        if lacking:
            raise _Wrong(place or "this file", f"lacks {lacking[1]}") from None
        value = re.search(r"enum value (.+)", what)
        if value:
            raise _Wrong(
                place, f"is {value[1]}; there are: {', '.join(get_args(Spread))}"
            ) from None
        raise _Wrong(place, _KIND.sub(_kind, what).replace("Expected", "must be")) from None


def _kind(found: re.Match[str]) -> str:
    return _KINDS.get(found[1], found[1])


def _script(scenario: Scenario, path: Path, installed: Installed) -> Script:
    head = scenario.scenario
    if (head.site is None) == (head.key is None):
        raise _Wrong("scenario", "needs one of site (a file) and key (a site of this installation)")
    if head.recorded is not None and head.key is None:
        raise _Wrong("scenario.recorded", "needs key: only an installation has recorded days")
    text, recorded = _site(head, path, installed)
    file = site_file.decode(text)
    day = recorded.day if recorded is not None else _day(head.day)
    _known(scenario, file)
    streams = tuple(
        _stream(part, n, head) for n, part in enumerate(scenario.service) if part.arrivals
    )
    times = dict(recorded.times) if recorded is not None else {}
    for part in scenario.service:
        if part.minutes is not None:
            times[part.key] = Times(part.minutes, part.spread)
    shifts = dict(recorded.shifts) if recorded is not None else _rosters(file, day)
    for n, desk in enumerate(scenario.desk):
        hours = _spans(desk.hours, f"desk[{n}].hours")
        shifts[desk.key] = tuple(sorted(hours, key=lambda one: one.start))
    script = Script(
        text,
        day,
        times,
        {key: mine for key, mine in shifts.items() if mine},
        people=recorded.people if recorded is not None else (),
        streams=streams,
        between=recorded.between if recorded is not None else (head.between_seconds / 60,),
    )
    _playable(script, scenario, file)
    return script


def _site(head: Head, path: Path, installed: Installed) -> tuple[str, Script | None]:
    if head.key is not None:
        return installed(head.key, head.recorded)
    file = path.parent / str(head.site)
    try:
        text = file.read_text("utf-8-sig")
        site_file.decode(text)
    except OSError as error:
        raise _Wrong("scenario.site", f"{file}: cannot be read: {error.strerror}") from None
    except ValueError as error:
        raise _Wrong("scenario.site", f"{str(file)!r} cannot be read: {error}") from None
    except Refused as error:
        raise _Wrong("scenario.site", f"{file}: {sentence(error)}") from None
    return text, None


def _day(text: str) -> str:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        day = date.min
    if day.year not in _YEARS:
        raise _Wrong("scenario.day", f'{text!r} is no day: write it as "2026-12-24"')
    return day.isoformat()


def _known(scenario: Scenario, file: SiteFile) -> None:
    """Every key is one of the site's, once."""
    groups = file.groups()
    services = {one.key for one in file.service} - groups
    classes = {one.key for one in file.attention}
    desks = {one.key for one in file.desk}
    seen: set[str] = set()
    for n, part in enumerate(scenario.service):
        if part.key not in services:
            raise _Wrong(f"service[{n}].key", _none(part.key, "service", services))
        if part.key in seen:
            raise _Wrong(f"service[{n}].key", f"{part.key!r} is there twice: once is enough")
        seen.add(part.key)
        for one in part.classes:
            if one not in classes:
                raise _Wrong(f"service[{n}].classes", _none(one, "class", classes))
        if sum(part.classes.values()) > 1:
            raise _Wrong(
                f"service[{n}].classes", "are more than 1 together: the parts of all people"
            )
    seen.clear()
    for n, desk in enumerate(scenario.desk):
        if desk.key not in desks:
            raise _Wrong(f"desk[{n}].key", _none(desk.key, "desk", desks))
        if desk.key in seen:
            raise _Wrong(f"desk[{n}].key", f"{desk.key!r} is there twice: once is enough")
        seen.add(desk.key)


def _none(key: str, what: str, known: set[str]) -> str:
    return f"{key!r} is no {what} of the site; there are: {', '.join(sorted(known))}"


def _stream(part: ServicePart, n: int, head: Head) -> Stream:
    hours = _spans(tuple(part.arrivals), f"service[{n}].arrivals")
    rates = tuple(zip(hours, part.arrivals.values(), strict=True))
    no_shows = head.no_shows if part.no_shows is None else part.no_shows
    return Stream(part.key, rates, part.classes, no_shows)


def _rosters(file: SiteFile, day: str) -> dict[str, tuple[Span, ...]]:
    """When the site's desks are planned on that weekday."""
    weekday = WEEKDAYS[date.fromisoformat(day).weekday()]
    return {
        one.key: tuple(
            Span(start, end) for start, end in spans(one.planned, "desk").get(weekday, ())
        )
        for one in file.desk
    }


def _spans(texts: tuple[str, ...], key: str) -> tuple[Span, ...]:
    """Each of them, as written."""
    found = tuple(_span(text, key) for text in texts)
    for before, after in pairwise(sorted(found, key=lambda one: one.start)):
        if after.start < before.end:
            raise _Wrong(key, "overlap: write each part of the day once")
    return found


def _span(text: str, key: str) -> Span:
    start, _, end = text.partition("-")
    try:
        span = Span(parsed(start.strip()), parsed(end.strip()))
    except ValueError:
        span = Span(0, 0)
    if span.start >= span.end:
        raise _Wrong(key, f'has {text!r}, which is no span: write it as "08:00-13:00"')
    return span


def _playable(script: Script, scenario: Scenario, file: SiteFile) -> None:
    """Whatever comes can be attended by somebody, in a time that is known, and is not too much."""
    numbers = {part.key: n for n, part in enumerate(scenario.service)}
    served = {
        key
        for one in file.desk
        if script.shifts.get(one.key)
        for key in (*one.primary, *one.overflow)
    }
    if script.expected == 0:
        raise _Wrong("scenario", "has nobody who comes: give arrivals to a [[service]]")
    paths = {one.key: one.path for one in file.service}
    come = [stream.service for stream in script.streams]
    come += [key for one in script.people for key in (one.service, *one.then)]
    for origin in dict.fromkeys(come):
        for key in (origin, *paths.get(origin, ())):
            place = f"service[{numbers[origin]}]" if origin in numbers else "scenario"
            if key not in script.times:
                told = "" if key == origin else f" of {key!r}, the next step of its path"
                raise _Wrong(place, f"lacks minutes: how long a service{told} takes")
            if key not in served:
                told = "it" if key == origin else f"{key!r}, the next step of its path"
                raise _Wrong(
                    place,
                    f"is served by no desk that works on this day: give a [[desk]] that calls {told} "
                    f"its hours ({_who(file, key)})",
                )
    if script.expected > MOST:
        raise _Wrong(
            "service",
            f"bring {script.expected:.0f} people in a day: at most {MOST} can be played",
        )


def _who(file: SiteFile, key: str) -> str:
    desks = [one.key for one in file.desk if key in (*one.primary, *one.overflow)]
    return f"these do: {', '.join(desks)}" if desks else "the site has none"

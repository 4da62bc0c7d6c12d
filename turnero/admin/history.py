"""What was changed in a site's description: who, when, before and after, out of the journal."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, literal_column, select

from turnero.admin.fields import DAYS
from turnero.queue.facts import Change, SiteLoaded
from turnero.queue.hours import WEEKDAYS
from turnero.queue.numbers import clock
from turnero.store.facts import Entry
from turnero.store.sql import Query, Statement
from turnero.store.tables import journal
from turnero.web.languages import Translator, mark

#: changes shown on one page
PAGE: Final = 50
_COLUMNS = (
    journal.c.site,
    journal.c.seq,
    journal.c.at_ms,
    journal.c.actor,
    journal.c.kind,
    journal.c.body,
)
#: a literal, so that the partial index is used
_LOADED: Final = journal.c.kind == literal_column("'site-loaded'")
_BEFORE: Final = Statement(
    select(*_COLUMNS)
    .where(journal.c.site == bindparam("site"), _LOADED, journal.c.seq < bindparam("before"))
    .order_by(journal.c.seq.desc())
    .limit(bindparam("limit"))
)
_AFTER: Final = Statement(
    select(*_COLUMNS)
    .where(journal.c.site == bindparam("site"), _LOADED, journal.c.seq > bindparam("after"))
    .order_by(journal.c.seq)
    .limit(PAGE)
)

#: what a change is about
WHAT: Final = {
    "site": mark("Site"),
    "attention": mark("Priority"),
    "service": mark("Service"),
    "desk": mark("Desk"),
    "closure": mark("Closed day"),
    "box": mark("Box"),
    "kiosk": mark("Kiosk"),
    "board": mark("Board"),
    "printer": mark("Printer"),
    "sign": mark("Sign"),
    "content": mark("Between calls"),
}
#: what of it changed
FIELDS: Final = {
    "key": mark("Key"),
    "name": mark("Name"),
    "names": mark("Name"),
    "zone": mark("Waiting area or time zone"),
    "profile": mark("Country or model"),
    "languages": mark("Languages"),
    "hours": mark("Hours"),
    "settings": mark("Settings"),
    "rank": mark("Order"),
    "sort": mark("Order"),
    "clinical": mark("Given at triage only"),
    "kiosk": mark("People may choose it at the kiosk"),
    "usual": mark("For who asks for none"),
    "active": mark("In use"),
    "parent": mark("Group"),
    "prefix": mark("Letter of its numbers"),
    "public_names": mark("Neutral public name"),
    "requirements": mark("What to bring"),
    "all_day": mark("Open round the clock"),
    "quota": mark("Tickets a day, at most"),
    "target_min": mark("Wait to stay under, minutes"),
    "outcomes": mark("Ask how it ended when finishing"),
    "holidays": mark("Open on holidays too"),
    "auto_call": mark("Calls the next person by itself when it is free"),
    "reserve": mark("Free desks kept for it"),
    "classes": mark("Priorities that it calls first"),
    "only_classes": mark("It never calls other priorities"),
    "path": mark("Afterwards, with the same number"),
    "anew": mark("Who is sent here waits behind those who are here"),
    "where_to": mark("Where it is"),
    "planned": mark("When somebody is to work there"),
    "serves": mark("Services"),
    "starts": mark("Waits count from"),
    "callbacks": mark("Callbacks by phone"),
    "phone": mark("Its phone at the exchange"),
    "ref": mark("Key"),
}
_SWITCHES: Final = frozenset(
    {
        "clinical",
        "kiosk",
        "usual",
        "active",
        "all_day",
        "outcomes",
        "holidays",
        "auto_call",
        "only_classes",
        "anew",
    }
)
#: lists of keys → what they are keys of, and what stands between their names
_KEYS: Final = {"classes": ("attention", ", "), "path": ("service", " → ")}
_NONE: Final = mark("nothing")


class Line(msgspec.Struct, frozen=True):
    """One value before and after, in words."""

    #: msgid
    label: str
    before: str
    after: str


class Told(msgspec.Struct, frozen=True):
    """One row of configuration that changed."""

    #: msgid
    what: str
    name: str
    #: made | changed | removed
    how: str
    lines: tuple[Line, ...]


class Moment(msgspec.Struct, frozen=True):
    """All that one press changed."""

    seq: int
    at_ms: int
    who: str
    changes: tuple[Told, ...]


def before(q: Query, site: int, seq: int | None, limit: int = PAGE) -> list[Entry]:
    """The newest changes before that fact (None: of all), newest first."""
    newest = 2**62 if seq is None else seq
    return [Entry(*row) for row in q.rows(_BEFORE, site=site, before=newest, limit=limit)]


def since(q: Query, site: int, seq: int) -> list[Entry]:
    """The changes after that fact, oldest first."""
    return [Entry(*row) for row in q.rows(_AFTER, site=site, after=seq)]


class Words(msgspec.Struct, frozen=True):
    """In which words changes are told."""

    say: Translator
    language: str
    #: actor → what they are called
    people: Mapping[str, str]
    #: (what, key) → what a part of the site is called now
    parts: Mapping[tuple[str, str], str]


def told(entries: Iterable[Entry], words: Words) -> list[Moment]:
    """The changes in words."""
    found = []
    for entry in entries:
        fact = entry.fact
        if isinstance(fact, SiteLoaded):
            found.append(
                Moment(
                    entry.seq,
                    entry.at_ms,
                    words.people.get(entry.actor, entry.actor),
                    tuple(_told(change, words) for change in fact.changes),
                )
            )
    return found


def _told(change: Change, words: Words) -> Told:
    old, new = change.before or {}, change.after or {}
    retired = change.after is None or (old.get("active") == 1 and new.get("active") == 0)
    how = "made" if change.before is None else "removed" if retired else "changed"
    lines = [
        Line(
            FIELDS.get(name, name),
            _words(name, old.get(name), words),
            _words(name, new.get(name), words),
        )
        for name in dict.fromkeys((*old, *new))
        if how == "changed" and name not in ("active", "ref")
    ]
    both = {**old, **new}
    now = words.parts.get((change.what, change.key), change.key)
    name = _words("names", both.get("names") or both.get("name") or now, words)
    return Told(WHAT.get(change.what, change.what), name, how, tuple(lines))


def _words(  # noqa: PLR0911 - one kind of value a line
    name: str, value: Any, words: Words
) -> str:
    """A value as one line of text."""
    if value is None or value in ("", {}, []):
        if name == "callbacks" and value == {}:
            return words.say.gettext(mark("yes"))
        return words.say.gettext(_NONE)
    if name in _SWITCHES:
        return words.say.gettext(mark("yes") if value else mark("no"))
    if name in _KEYS:
        of, between = _KEYS[name]
        return between.join(words.parts.get((of, key), key) for key in value)
    if not isinstance(value, dict):
        return _plain(value)
    match name:
        case "names" | "public_names" | "where_to":
            return str(value.get(words.language) or next(iter(value.values())))
        case "hours" | "planned":
            return _hours(value, words.say)
        case "starts":
            return _hours({day: [(minute, None)] for day, minute in value.items()}, words.say)
        case "serves":
            called = {key: words.parts.get(("service", key), key) for key in value}
            return ", ".join(
                called[key] if tier == 0 else f"({called[key]})" for key, tier in value.items()
            )
        case _:
            return "; ".join(f"{key}: {_plain(item)}" for key, item in value.items())


def _hours(value: dict[str, Any], say: Translator) -> str:
    return "; ".join(
        f"{say.gettext(DAYS[day])[:3].lower()} "
        + ", ".join(
            clock(start) if end is None else f"{clock(start)}–{clock(end)}"
            for start, end in value[day]
        )
        for day in WEEKDAYS
        if value.get(day)
    )


def _plain(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(_plain(one) for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{key} {_plain(item)}" for key, item in value.items())
    return str(value)

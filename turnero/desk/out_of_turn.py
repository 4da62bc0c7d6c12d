"""Calls out of turn, day by day, for supervisors: who chose whom, whom it passed, and why.

Only shows what the journal and the notes beside it keep; nobody is ranked.
"""

from collections.abc import Callable, Mapping
from typing import Final

import msgspec
from litestar import Response, get
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery

from turnero.desk.scope import chosen_site, reader_language
from turnero.desk.sheets import Sheet, Table, Words
from turnero.queue import reads
from turnero.queue.facts import HeadSeen
from turnero.queue.numbers import day_of
from turnero.queue.reads.overrides import MOST, Override, overrides
from turnero.queue.reads.reports import Labels
from turnero.store.errors import NotFound
from turnero.store.sql import Query
from turnero.web.formats import formats
from turnero.web.pages import page, web_of
from turnero.web.principal import PageRequest

#: actor → the name of everybody who has an account
Names = Callable[[Query], Mapping[str, str]]
_TEXTS: Final = (0, 1, 2, 3, 4, 5)


class Day(msgspec.Struct, frozen=True):
    """What was called out of turn, and what keys and actors are called."""

    day: str
    calls: tuple[Override, ...]
    labels: Labels
    people: Mapping[str, str]


def nobody(_q: Query) -> Mapping[str, str]:
    """Where no accounts are known."""
    return {}


def routes(names: Names) -> list[HTTPRouteHandler]:
    """The routes of this module."""

    @get("/out-of-turn/{site:str}", opt={"permission": "supervisor.page"})
    async def out_of_turn(
        request: PageRequest, site: FromPath[str], day: FromQuery[str] = ""
    ) -> Response[str]:
        """Of one day (YYYY-MM-DD), or of today."""
        number = await chosen_site(request, site)
        if number is None:
            raise NotFound("site-unknown", site=site[:100])
        web = web_of(request)
        look = web.looks.look(number)
        today = day_of(web.clock.now_ms(), look.zone)

        def read(q: Query) -> Day:
            shown = day
            try:
                calls = overrides(q, number, shown)
            except (ValueError, OverflowError):
                shown = today
                calls = overrides(q, number, shown)
            return Day(shown, calls, reads.labels(q, number), names(q))

        found = await web.ledger.read(read)
        say = web.translator(reader_language(request, number), look.profile)
        words = Words(say, formats(say.tag, look.zone), found.labels)
        context = {"sheet": sheet(found, words), "day": found.day, "today": today}
        return page(request, "desk/out-of-turn.html", context, site=number)

    return [out_of_turn]


def sheet(found: Day, words: Words) -> Sheet:
    """The list in words, the newest first."""
    _ = words.say.gettext
    rows = tuple(
        (
            words.fmt.time(one.at_ms),
            found.people.get(one.actor, one.actor),
            words.desk(one.desk),
            _head(one.called, words),
            _("nobody: it was due") if one.passed is None else _head(one.passed, words),
            one.reason if one.undone_ms is None else _taken_back(one.reason, one.undone_ms, words),
        )
        for one in found.calls
    )
    note = "" if rows else _("Nobody was called out of turn on this day.")
    if len(rows) == MOST:
        note = _("Only the last %(n)s are listed.", n=MOST)
    return Sheet(
        title=_("Called out of turn"),
        day=words.fmt.day(found.day),
        figures=(),
        tables=(
            Table(
                _("Called out of turn"),
                (_("Time"), _("Who"), _("Desk"), _("Called"), _("Who was due"), _("Reason")),
                rows,
                note=note,
                text=_TEXTS,
                struck=frozenset(n for n, one in enumerate(found.calls) if one.undone_ms),
            ),
        ),
    )


def _taken_back(reason: str, undone_ms: int, words: Words) -> str:
    undone = words.say.gettext("undone at %(time)s", time=words.fmt.time(undone_ms))
    return f"{reason} · {undone}"


def _head(seen: HeadSeen, words: Words) -> str:
    """A number with its class, and how long it had been waiting since its place in line."""
    return " · ".join(
        (
            seen.number,
            words.attention(seen.attention),
            words.fmt.minutes(max(0, seen.aged_ms) // 60_000),
        )
    )

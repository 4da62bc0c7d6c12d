"""The day so far on the supervisor's page, in figures and in pictures. Only shows."""

from typing import Any

import msgspec

from turnero.desk import day as figures
from turnero.desk import pictures
from turnero.desk import today as by_hour
from turnero.desk.panels import Panel, common
from turnero.desk.people import People
from turnero.queue.shares import FEW, FEWEST
from turnero.store.facts import Entry
from turnero.store.sql import Query
from turnero.web.wiring import Web


class TodayRead(msgspec.Struct, frozen=True):
    """The day so far, in one moment."""

    today: figures.Today
    hours: by_hour.Hours


def read_today(q: Query, site: int, now_ms: int) -> TodayRead:
    """The day's figures, and the same by the hour."""
    return TodayRead(figures.today(q, site, now_ms), by_hour.read_hours(q, site, now_ms))


class TodayPanel(Panel):
    """`data-live="supervisor-today" data-live-arg="<site number>"`: the day so far."""

    name = "supervisor-today"
    template = "desk/today.html"
    permission = "supervisor.page"
    #: it counts a day's tickets, so facts do not hurry it, but for those that somebody waits to see
    kinds = frozenset({"day-closed", "day-reported"})
    refresh_s: float | None = 15.0

    def __init__(self, people: People) -> None:
        self._people = people

    def concerns(self, entry: Entry, arg: str) -> bool:
        """See `View.concerns`."""
        chosen = entry.kind == "ticket-called" and b'"chosen"' in entry.body
        return chosen or super().concerns(entry, arg)

    async def context(self, web: Web, site: int, arg: str, language: str) -> dict[str, Any]:
        """See `Panel.context`."""
        now_ms = web.clock.line_ms()
        read = await web.ledger.read(read_today, site, now_ms)
        today, hours = read.today, read.hours.hours
        agents = {agent for one in read.hours.taken_over for agent in (one.before, one.by)}
        return common(web, language) | {
            "today": today,
            "few": FEW,
            "fewest": FEWEST,
            "names": {one.actor: self._people.name(one.actor) for one in today.overrides},
            "by_hour": read.hours,
            "waits": pictures.waits(hours) if any(one.called for one in hours) else None,
            "arrivals": pictures.arrivals(hours),
            "shares": {one.question: pictures.share(one) for one in today.ratings},
            "present": pictures.present(hours, now_ms),
            "fewest_ninth": by_hour.FEWEST_NINTH,
            "site_key": web.looks.look(site).key,
            "agents": {agent: self._people.name(agent) for agent in agents},
        }

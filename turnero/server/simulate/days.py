"""Closed days of an installation's journal, read for a rehearsal."""

from collections.abc import Callable

from turnero.queue import reads, site_out
from turnero.server.reporting import site_of
from turnero.server.settings import Settings
from turnero.server.simulate.recorded import Recorded, recorded
from turnero.server.simulate.script import Script
from turnero.server.upkeep import read
from turnero.store import journal
from turnero.store.errors import TurneroError
from turnero.store.sql import Query


def closed_day(q: Query, site: int, day: str) -> Recorded | None:
    """That day of the site with its own description; None where it has not been closed."""
    kept = reads.day_report(q, site, day)
    file = site_out.read(q, site)
    if kept is None or file is None:
        return None
    entries = journal.between(q, site, kept.after_seq, kept.until_seq)
    return recorded(entries, day, kept.report.zone, site_out.encode(file))


def day_of(settings: Settings, key: str | None, day: str) -> Recorded:
    """The same for the command line. Raises `TurneroError` naming the days there are."""

    def once(q: Query) -> Recorded:
        site = site_of(q, key)
        found = closed_day(q, site, day)
        if found is None:
            days = reads.reported_days(q, site, 5)
            there = f"the newest are {', '.join(days)}" if days else "no day has been closed yet"
            raise TurneroError(f"{day} is no closed day of the journal: {there}")
        return found

    return read(settings, once)


def installed(
    settings: Callable[[], Settings],
) -> Callable[[str | None, str | None], tuple[str, Script | None]]:
    """What a scenario asks of an installation; see `scenario.Installed`."""

    def give(key: str | None, day: str | None) -> tuple[str, Script | None]:
        if day is not None:
            script = day_of(settings(), key, day).script
            return script.site, script

        def once(q: Query) -> str:
            file = site_out.read(q, site_of(q, key))
            if file is None:
                raise TurneroError(f"there is no site {key!r}")
            return site_out.encode(file)

        return read(settings(), once), None

    return give

"""A closed day's report on the command line: as it was kept, or derived again and compared."""

import msgspec

from turnero.queue import reads
from turnero.server.settings import Settings
from turnero.server.upkeep import read
from turnero.store.errors import TurneroError
from turnero.store.sql import Query


def kept(settings: Settings, key: str | None, day: str) -> str:
    """The report of that day as JSON. Raises `TurneroError` where there is none."""
    found = read(settings, lambda q: reads.day_report(q, site_of(q, key), day))
    if found is None:
        raise TurneroError(_none(settings, key, day))
    return msgspec.json.format(found.body)


def checked(settings: Settings, key: str | None, day: str) -> tuple[bool, str]:
    """Whether the journal alone gives the kept report byte for byte, and a sentence on it."""
    found = read(settings, lambda q: reads.day_report(q, site_of(q, key), day))
    if found is None:
        raise TurneroError(_none(settings, key, day))
    again = read(settings, lambda q: reads.derived(q, site_of(q, key), day))
    facts = f"facts {found.after_seq + 1} to {found.until_seq}"
    if again == found.body:
        return True, f"{day}: the kept report is what {facts} give"
    return False, f"{day}: the kept report is NOT what {facts} give"


def _none(settings: Settings, key: str | None, day: str) -> str:
    days = read(settings, lambda q: reads.reported_days(q, site_of(q, key), 5))
    there = f"the newest are {', '.join(days)}" if days else "no day has been reported yet"
    return f"{day} has no report: {there}"


def site_of(q: Query, key: str | None) -> int:
    """The number of the site of that key, or of the only one. Raises `TurneroError`."""
    if key is not None:
        number = reads.site_no(q, key)
        if number is None:
            raise TurneroError(f"there is no site {key!r}")
        return number
    sites = reads.sites(q, 0)
    if len(sites) != 1:
        raise TurneroError("name the site with --site")
    return sites[0].no

"""Days, hours of the clock and printed numbers, all in the site's own time zone.

Pure. A day here is the calendar day at the site, whatever the server's zone: it decides
when numbering begins again.
"""

import re
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

#: capital letters that are never read as a digit or as another letter
PREFIX_LETTERS = frozenset("ABCDEFGHJKLMNPRSTUVWXYZ")
#: letters that sound alike: not two of them in one zone
SOUND_ALIKE = frozenset("BDPT")

_CLOCK = re.compile("([0-9]{2}):([0-5][0-9])")
#: minutes of a day: the end of its last span
MIDNIGHT = 24 * 60


def number(prefix: str, count: int) -> str:
    """The printed number: prefix and three digits, four after 999."""
    return f"{prefix}{count:03d}"


@lru_cache(maxsize=64)
def _zone(zone: str) -> ZoneInfo:
    return ZoneInfo(zone)


def local(now_ms: int, zone: str) -> datetime:
    """That moment on the site's wall."""
    return datetime.fromtimestamp(now_ms / 1000, _zone(zone))


def day_of(now_ms: int, zone: str) -> str:
    """The site's calendar day, YYYY-MM-DD."""
    return local(now_ms, zone).date().isoformat()


def minutes(clock: str) -> int:
    """Minutes since midnight of "HH:MM" (up to "24:00"); `ValueError` for anything else."""
    found = _CLOCK.fullmatch(clock)
    total = int(found[1]) * 60 + int(found[2]) if found else -1
    if not 0 <= total <= MIDNIGHT:
        raise ValueError(f"{clock!r} is no hour")
    return total


def clock(minute: int) -> str:
    """The hour of so many minutes since midnight, as "HH:MM"."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def at_ms(day: date, minute: int, zone: str) -> int:
    """The moment, UTC, when the site's clock says so many minutes after that day's midnight.

    An hour that comes twice means the first time; one that is left out, as long after it
    as it would have been before. 24:00 is the next midnight.
    """
    day += timedelta(days=minute // MIDNIGHT)
    hour, minute = divmod(minute % MIDNIGHT, 60)
    moment = datetime(day.year, day.month, day.day, hour, minute, tzinfo=_zone(zone))
    return round(moment.astimezone(UTC).timestamp() * 1000)


def next_at(now_ms: int, zone: str, at: str) -> int:
    """The first moment after now when the site's clock says `at` ("HH:MM")."""
    today = local(now_ms, zone).date()
    for ahead in range(-1, 3):
        due_ms = at_ms(today + timedelta(days=ahead), minutes(at), zone)
        if due_ms > now_ms:
            return due_ms
    raise AssertionError(at)

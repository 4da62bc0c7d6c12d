"""Times, dates, minutes and numbers as a reader writes them.

Minutes and hours use the symbols min and h, which all our languages share.
"""

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from turnero.web.languages import translator

if TYPE_CHECKING:
    from babel import Locale

_HOUR = 60
#: after an hour a wait is told in steps of this many minutes: finer would be a lie
_STEP = 5


@cache
def _locale(tag: str) -> "Locale":
    from babel import Locale  # noqa: PLC0415 - costs 30 ms that no API call needs

    return Locale.parse(tag, sep="-")


class Formats:
    """What templates know as `fmt`."""

    def __init__(self, tag: str, zone: str) -> None:
        self._tag = tag
        self._zone = ZoneInfo(zone)

    def local(self, ms: int) -> datetime:
        """The site's local time of a moment given in milliseconds UTC."""
        return datetime.fromtimestamp(ms / 1000, UTC).astimezone(self._zone)

    def time(self, ms: int) -> str:
        """Hour and minute: "14:05", "2:05 p. m."."""
        from babel.dates import format_time  # noqa: PLC0415

        return format_time(self.local(ms), "short", locale=_locale(self._tag))

    def hour(self, text: str) -> str:
        """An hour of the site's own clock, "14:05" or "24:00", as `time` writes it."""
        from datetime import time  # noqa: PLC0415

        from babel.dates import format_time  # noqa: PLC0415

        hours, minutes = map(int, text.split(":"))
        return format_time(time(hours % 24, minutes), "short", locale=_locale(self._tag))

    def date(self, ms: int) -> str:
        """Day, month and year in words."""
        from babel.dates import format_date  # noqa: PLC0415

        return format_date(self.local(ms), "long", locale=_locale(self._tag))

    def day(self, day: str) -> str:
        """A calendar day (YYYY-MM-DD) with its weekday: "lunes, 9 de marzo"."""
        from babel.dates import format_date, format_skeleton  # noqa: PLC0415

        noon, locale = datetime.fromisoformat(day).replace(hour=12), _locale(self._tag)
        weekday = format_date(noon, "EEEE", locale=locale)
        return f"{weekday}, {format_skeleton('MMMMd', noon, locale=locale)}"

    def iso(self, ms: int) -> str:
        """For the `datetime` attribute of `<time>`."""
        return self.local(ms).isoformat(timespec="seconds")

    def number(self, value: float) -> str:
        """A number with its separators."""
        from babel.numbers import format_decimal  # noqa: PLC0415

        return format_decimal(value, locale=_locale(self._tag))

    def minutes(self, minutes: int) -> str:
        """A length of time: "8 min", "1 h 15 min"."""
        hours, rest = divmod(max(0, minutes), _HOUR)
        if not hours:
            return f"{rest}\N{NO-BREAK SPACE}min"
        told = f"{hours}\N{NO-BREAK SPACE}h"
        return f"{told}\N{NO-BREAK SPACE}{rest}\N{NO-BREAK SPACE}min" if rest else told

    def range(self, low: int, high: int) -> str:
        """A range of minutes that never promises less than it knows: "10–15 min"; from none on,
        "less than 5 min".
        """
        if not low < high:
            return self.minutes(high)
        if not low:
            say = translator(self._tag.partition("-")[0])
            return say.gettext("less than %(time)s", time=self.minutes(high))
        if high < _HOUR:
            return f"{low}–{high}\N{NO-BREAK SPACE}min"
        high = -(-high // _STEP) * _STEP
        return f"{self.minutes(low)} – {self.minutes(high)}"


@cache
def formats(tag: str, zone: str) -> Formats:
    """The formats for a language tag in a time zone."""
    return Formats(tag, zone)

"""Days on which a site is shut: its country's holidays and its own closures.

A closed day is a calendar day at the site. Which country follows from the site's profile;
the plain one has none. It knows no table: who reads the closures hands them over.
"""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Final, Literal, NamedTuple

import msgspec

#: profile → country, as the `holidays` package names it
COUNTRIES: Final[Mapping[str, str]] = MappingProxyType({"pe": "PE", "co": "CO"})
#: our language → the package's
_LANGUAGES: Final[Mapping[str, str]] = MappingProxyType({"es": "es", "en": "en_US"})


class DayOff(msgspec.Struct, frozen=True):
    """Why a day is shut."""

    #: a country's holiday, or the site's own closure
    sort: Literal["holiday", "closure"]
    #: language → name; a closure may have none
    names: dict[str, str]


class Calendar(NamedTuple):
    """A site's shut days: of its country if it has one, and its own by day (YYYY-MM-DD)."""

    country: str | None = None
    closures: Mapping[str, str] = MappingProxyType({})
    #: in which closures are written: the site's own
    language: str = "es"

    def off(self, day: date) -> DayOff | None:
        """Why the site is shut on that day; None where it is not."""
        named = self.closures.get(day.isoformat())
        if named is not None:
            return DayOff("closure", {self.language: named} if named else {})
        if self.country is None:
            return None
        names = _year(self.country, day.year).get(day)
        return None if names is None else DayOff("holiday", names)


#: no day is ever shut
ALWAYS: Final = Calendar()


def country_of(profile: str, *, holidays: bool) -> str | None:
    """The country whose holidays a site of that profile keeps, if it keeps any."""
    return COUNTRIES.get(profile) if holidays else None


@lru_cache(maxsize=32)
def _year(country: str, year: int) -> Mapping[date, dict[str, str]]:
    """A country's holidays of a year: day → language → name."""
    # Not at the top: it costs a good part of a start, and a plain site never needs it.
    from holidays import country_holidays  # noqa: PLC0415

    found: dict[date, dict[str, str]] = {}
    for ours, theirs in _LANGUAGES.items():
        for day, name in country_holidays(country, years=year, language=theirs).items():
            found.setdefault(day, {})[ours] = name
    return found

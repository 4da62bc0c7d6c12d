"""What is said, before it is in a language: sentences by msgid, numbers, names, hours.

The menu composes these; spoken.py makes them sentences for a voice.
"""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from turnero.queue.hours import Later


class Named(NamedTuple):
    """A name in the caller's language: language → text."""

    names: Mapping[str, str]


class Hour(NamedTuple):
    """An hour of the site's clock, "07:30"."""

    text: str


class Day(NamedTuple):
    """A calendar day, YYYY-MM-DD."""

    text: str


class Hours(NamedTuple):
    """A count of hours, as a voice must read it: "una", not "uno"."""

    n: int


Value = str | int | Named | Hour | Day | Hours


class Sentence(NamedTuple):
    """A msgid with what stands in it; `language`: another than the call's."""

    msgid: str
    values: Mapping[str, Value] = {}
    language: str | None = None


class Plural(NamedTuple):
    """A sentence for a count of people, which stands in it as `n`."""

    one: str
    many: str
    n: int


def ngettext(one: str, many: str) -> tuple[str, str]:
    """Mark a sentence for a count for the catalogues; it is translated when it is said."""
    return one, many


class Digits(NamedTuple):
    """A telephone number, said digit by digit in groups. `repr` shows nothing of it."""

    #: E.164
    e164: str

    def __repr__(self) -> str:
        return "Digits(…)"


class Sound(NamedTuple):
    """The holding sound."""


What = Sentence | Plural | Digits | Sound
Words = tuple[What, ...]


class Opens(msgspec.Struct, frozen=True):
    """When a site that is shut opens again; neither: nobody knows."""

    #: "HH:MM" today
    today: str | None = None
    later: Later | None = None

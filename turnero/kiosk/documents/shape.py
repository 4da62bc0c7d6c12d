"""What is known of a person from a document in their hand."""

from datetime import date
from typing import Final, Literal

import msgspec

Kind = Literal["dni", "cedula", "card"]

#: figures that a screen may show, so that the owner knows it for theirs
_SHOWN: Final = 3
#: shorter numbers are not shown at all
_LEAST: Final = 6


class Document(msgspec.Struct, frozen=True, repr_omit_defaults=True):
    """An identity document."""

    #: dni: Peru; cedula: Colombia; card: of any other country or authority
    kind: Kind
    #: as printed, without separators
    number: str
    #: who issued it, three letters of ICAO 9303; "PER", "COL", …
    issuer: str
    #: surnames and given names, "" where the code has none
    surnames: str = ""
    given: str = ""
    #: M, F, or "" where it is not said
    sex: str = ""
    born: date | None = None
    #: a check digit spoke for the number
    checked: bool = False

    @property
    def masked(self) -> str:
        """The number as a screen shows it."""
        shown = _SHOWN if len(self.number) >= _LEAST else 0
        hidden = len(self.number) - shown
        return "•" * hidden + self.number[hidden:]

    def age(self, today: date) -> int | None:
        """Whole years; None where the birthday is not known or still to come."""
        if self.born is None or self.born > today:
            return None
        return (
            today.year
            - self.born.year
            - ((today.month, today.day) < (self.born.month, self.born.day))
        )

    def __repr__(self) -> str:
        """For logs and error messages: nothing of the person."""
        return f"Document({self.kind}, {self.masked})"

    __str__ = __repr__


class Misread(msgspec.Struct, frozen=True):
    """A document that was not read well."""

    kind: Kind


def day(text: str, century: int) -> date | None:
    """YYYYMMDD, or YYMMDD in the century of `century` (a year: later ones are a hundred years
    before); None for no day of the calendar.
    """
    if not (text.isascii() and text.isdigit()):
        return None
    year = int(text[:-4])
    if len(text) == 6:  # noqa: PLR2004 - YYMMDD
        year += century - century % 100
        year -= 100 if year > century else 0
    try:
        return date(year, int(text[-4:-2]), int(text[-2:]))
    except ValueError:
        return None

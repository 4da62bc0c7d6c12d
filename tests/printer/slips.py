"""Slips for tests, and their way to paper and back."""

from typing import Any

from turnero.printer.decode import decode
from turnero.printer.document import Document
from turnero.printer.escpos import encode
from turnero.printer.operations import Letters, LineFeed, Operation
from turnero.printer.picture import png
from turnero.printer.profiles import PROFILES, Profile
from turnero.printer.ticket import Slip, ticket
from turnero.queue.views import Wait
from turnero.web.formats import formats
from turnero.web.languages import translator

WIDE = PROFILES["generic-80"]
NARROW = PROFILES["generic-58"]

#: 10:05 in Lima
TAKEN_MS = 1772463900000
CODE = "kQ3x9fZaLm-7RtWv_bN2yQ"


def slip(**given: Any) -> Slip:
    """An ordinary slip, with what a test changes."""
    return Slip(
        **{
            "site": "Hospital Nacional San José",
            "number": "A047",
            "service": "Admisión",
            "issued_ms": TAKEN_MS,
            "code": CODE,
            "ahead": 7,
            "wait": Wait(10, 25),
            **given,
        }
    )


def document(one: Slip, language: str = "es", profile: str = "pe") -> Document:
    """Its document in a language."""
    say = translator(language, profile)
    return ticket(one, say, formats(say.tag, "America/Lima"))


def printed(one: Slip | Document, paper: Profile = WIDE, language: str = "es") -> bytes:
    """Its bytes."""
    return encode(one if isinstance(one, Document) else document(one, language), paper)


def picture(one: Slip | Document, paper: Profile = WIDE, language: str = "es") -> bytes:
    """Its picture, made from its bytes."""
    return png(decode(printed(one, paper, language)), paper)


def lines(operations: list[Operation]) -> list[str]:
    """The lines of letters that were understood."""
    found, line = [], ""
    for operation in operations:
        if isinstance(operation, Letters):
            line += operation.text
        elif isinstance(operation, LineFeed):
            found.append(line.strip())
            line = ""
    return [one for one in [*found, line] if one]

"""What differs from one model of printer to another, as data.

A profile describes the machine (width, code page, what it can draw); how to reach it is
the address of the device, in `port.py`.
"""

from typing import Final

import msgspec

from turnero.printer.port import Confirmation
from turnero.store.errors import Invalid

#: of the usual head with 203 dots an inch
DOTS_PER_MM: Final = 8


class Profile(msgspec.Struct, frozen=True):
    """One model of thermal printer that speaks ESC/POS."""

    key: str
    #: width of the paper in millimetres
    paper_mm: int
    #: printable dots across the paper
    dots: int
    #: number that `ESC t` takes for the code page below (Epson: 19 is cp858)
    code_page: int = 19
    #: Python's name of the same code page
    codec: str = "cp858"
    #: width and height of the base letter (font A) in dots
    letter: tuple[int, int] = (12, 24)
    #: the same of the small letter (font B)
    small: tuple[int, int] = (9, 17)
    #: rows of one raster command; small buffers choke on more than 128
    fragment_rows: int = 120
    #: can print raster graphics fast enough; False on slow serial lines, where letters
    #: outside the code page are written with the nearest plain ones instead
    graphics: bool = True
    #: draws QR codes by itself (`GS ( k`); False: sent as graphics
    native_qr: bool = True
    #: has a knife; False: the paper is fed to the tear bar
    knife: bool = True
    #: answers `DLE EOT`; False: never asked
    answers: bool = True
    #: how it shows that it has printed a job
    confirms: Confirmation = Confirmation.NONE

    def columns(self, width: int = 1, *, small: bool = False) -> int:
        """How many letters of that magnification stand in a line."""
        letter = self.small if small else self.letter
        return self.dots // (letter[0] * width)


PROFILES: Final = {
    profile.key: profile
    for profile in (
        Profile(key="generic-80", paper_mm=80, dots=576),
        Profile(key="generic-58", paper_mm=58, dots=384),
        # T20II and T20III, T88IV to T88VII, m30 and its successors; T88 has 180 dots an inch.
        Profile(key="epson-tm-t20", paper_mm=80, dots=576, confirms=Confirmation.PROCESS),
        Profile(key="epson-tm-t88", paper_mm=80, dots=512, confirms=Confirmation.PROCESS),
        Profile(key="epson-tm-m30", paper_mm=80, dots=576, confirms=Confirmation.PROCESS),
        # Set to ESC/POS by its switches; has no process id, and QR codes only on newer boards. Its
        # answer (`GS r`) stands in line behind the job: what came before has been worked off, the
        # cut too. A board that does not know the question leaves each ticket unknown.
        Profile(
            key="star-escpos",
            paper_mm=80,
            dots=576,
            native_qr=False,
            confirms=Confirmation.STATUS,
        ),
    )
}
DEFAULT: Final = "generic-80"


def profile_named(key: str) -> Profile:
    """The profile with that key; `Invalid("unknown-printer-profile")` names those there are."""
    found = PROFILES.get(key)
    if found is None:
        raise Invalid("unknown-printer-profile", profile=key, known=", ".join(PROFILES))
    return found

"""What a scanner read, understood as an identity document. Pure: bytes in, a `Document` out.

Only what a kiosk may know leaves this room: kind, number, names, sex and date of birth. The
fingerprints in the barcode of the yellow cédula are cut off by `clip` before anything else looks
at the bytes. Nothing here is kept, logged or put into an address: a `Document` writes itself
masked.
"""

from datetime import date
from typing import Final

from turnero.kiosk.documents import cedula, dni, mrz
from turnero.kiosk.documents.shape import Document, Misread

__all__ = ["LONGEST", "Document", "Misread", "clip", "gather", "read"]

#: bytes of a scan that are looked at: more than an address, three lines of a card, or what is
#: known of a cédula behind a scanner's own prefix
LONGEST: Final = 200


def clip(scan: bytes) -> bytes:
    """What may be kept of a scan in memory: nothing of a cédula behind the date of birth, and nothing
    at all of a longer code that does not say what it is: it may be a body too.
    """
    seen = scan[:LONGEST]
    if cedula.MARK in seen:
        return cedula.clip(seen)
    return scan if len(scan) <= LONGEST else b""


def read(scan: bytes, today: date) -> Document | Misread | None:
    """The document in a scan; `Misread` when it is one whose check digits are wrong or whose
    fields cannot be; None for everything else. `today` at the site: its century is that of
    two-figure years.
    """
    scan = clip(scan)
    return cedula.read(scan, today) or mrz.read(scan, today) or dni.read(scan)


def is_cedula(scan: bytes) -> bool:
    """Whether what follows it may be of the person's body."""
    return cedula.MARK in scan


def half(scan: bytes) -> bool:
    """Whether it is a cédula of which the rest is still to come."""
    return cedula.half(scan)


def gather(kept: bytes, more: bytes) -> bytes:
    """A scan that is still arriving: no more of it in memory than tells `clip` what it is."""
    kept = (kept + more)[: LONGEST + 1]
    begins = kept.find(cedula.MARK) - cedula.MARKED
    return kept if begins < -cedula.MARKED else kept[max(0, begins) :][: cedula.KNOWN]

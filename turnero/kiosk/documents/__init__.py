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

#: bytes of a scan that are looked at: the address of a ticket, and no more
LONGEST: Final = 300


def clip(scan: bytes) -> bytes:
    """What may be kept of a scan in memory: nothing of a cédula behind the date of birth."""
    return cedula.clip(scan[: max(LONGEST, cedula.KNOWN)])[:LONGEST]


def read(scan: bytes, today: date) -> Document | Misread | None:
    """The document in a scan; `Misread` when it is one whose check digits are wrong or whose
    fields cannot be; None for everything else. `today` at the site: its century is that of
    two-figure years.
    """
    scan = clip(scan)
    return cedula.read(scan, today) or mrz.read(scan, today) or dni.read(scan)


def gather(kept: bytes, more: bytes) -> bytes:
    """A scan that is still arriving: never more of it in memory than `read` may see."""
    kept = (kept + more)[:LONGEST]
    return kept[: cedula.KNOWN] if cedula.MARK in kept else kept

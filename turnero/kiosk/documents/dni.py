"""Peru's DNI by its linear barcode: eight digits, and the check character where it has one.

Its two-dimensional code holds a fingerprint only and is not read. The electronic DNI has a
machine-readable zone: mrz.py.
"""

import re
from typing import Final

from turnero.kiosk.documents.shape import Document, Misread

_CUI: Final = re.compile(r"([0-9]{8})[ -]?([0-9A-K])?")


def read(scan: bytes) -> Document | Misread | None:
    """A number that is alone in the scan."""
    text = scan.decode("latin-1").strip().strip("*").upper()
    match = _CUI.fullmatch(text)
    if match is None:
        return None
    number, check = match.groups()
    if check is None:
        return Document(kind="dni", number=number, issuer="PER")
    from stdnum.pe import cui  # noqa: PLC0415 - only kiosks that read documents need it

    if not cui.is_valid(number + check):
        return Misread("dni")
    return Document(kind="dni", number=number, issuer="PER", checked=True)

"""A ticket's code for fingers: eight digits made from its secret, to type where nothing can scan.

Not a secret of its own: it finds a ticket only of the same site and day, and only where the
number of tries is limited (a kiosk inside the house). The address of a ticket never holds it.
"""

import hashlib
from typing import Final

DIGITS: Final = 8
_GROUP: Final = 4


def short_code(code: str) -> str:
    """Eight digits; always the same for the same secret code."""
    digest = hashlib.sha256(b"turnero short code\0" + code.encode()).digest()
    return f"{int.from_bytes(digest[:8]) % 10**DIGITS:0{DIGITS}d}"


def grouped(short: str) -> str:
    """Those digits as people read them: 48217730 as "4821 7730"."""
    return " ".join(short[start : start + _GROUP] for start in range(0, len(short), _GROUP))

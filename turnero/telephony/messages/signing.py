"""How requests between us and a gateway are signed, in both directions."""

import hmac
from typing import Final

#: headers
SIGNATURE: Final = "x-turnero-signature"
TIMESTAMP: Final = "x-turnero-timestamp"


def signature(key: bytes, timestamp: str, body: bytes) -> str:
    """What the header holds: an HMAC-SHA256 over the timestamp (seconds, UTC), a point and the body."""
    return "v1=" + hmac.digest(key, timestamp.encode() + b"." + body, "sha256").hex()

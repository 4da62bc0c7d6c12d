"""Whether a webhook comes from whom it says: signatures of Twilio's kind and of WhatsApp's. Pure.

An address is the one that is *configured*, never what the request says of its host: who
forwards a request to us could have made it for another one.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import parse_qsl

from turnero.store.errors import Refused

#: fields of one webhook; the service sends about thirty
MOST_FIELDS: Final = 200
#: how old a webhook that says its time may be, and how far ahead of our clock, milliseconds
LATE_MS: Final = 10 * 60_000
EARLY_MS: Final = 5 * 60_000
_STAMP: Final = "Timestamp"

Fields = Sequence[tuple[str, str]]


def fields_of(body: bytes) -> Fields:
    """The fields of a form. Raises `Refused("hook-unreadable")`."""
    try:
        return parse_qsl(
            body.decode("ascii"),
            keep_blank_values=True,
            strict_parsing=bool(body),
            errors="strict",
            max_num_fields=MOST_FIELDS,
        )
    except ValueError:
        raise Refused("hook-unreadable", 400) from None


def signed(address: str, fields: Fields) -> str:
    """What the service signs: the address and the sorted fields, one behind the other.

    Nothing in it says where a name or a value ends: whoever has seen a signed form can cut it into
    other fields, or send one of them twice, and the signature still is right.
    """
    return address + "".join(name + value for name, value in sorted(set(fields)))


def form_signature(token: str, address: str, fields: Fields) -> str:
    """`X-Twilio-Signature`: base64 of an HMAC-SHA1 over what is signed."""
    return base64.b64encode(
        hmac.digest(token.encode(), signed(address, fields).encode(), "sha1")
    ).decode()


def check_form(token: str, address: str, fields: Fields, said: Iterable[str]) -> None:
    """Refuse (403 `hook-signature`) a form that was not signed with our token for this address."""
    given = list(said)
    expected = form_signature(token, address, fields)
    if not token or len(given) != 1 or not _same(expected, given[0]):
        raise Refused("hook-signature", 403)


def check_hub(secret: bytes, body: bytes, said: Iterable[str]) -> None:
    """Refuse (403 `hook-signature`) a body whose `X-Hub-Signature-256` is not of this secret."""
    given = list(said)
    expected = "sha256=" + hmac.digest(secret, body, hashlib.sha256).hex()
    if not secret or len(given) != 1 or not _same(expected, given[0]):
        raise Refused("hook-signature", 403)


def check_time(at_ms: int, now_ms: int) -> None:
    """Refuse (403 `hook-late`) what was said too long ago, or is said to come from the future."""
    if not -EARLY_MS <= now_ms - at_ms <= LATE_MS:
        raise Refused("hook-late", 403)


def time_of(text: str) -> int:
    """The milliseconds of "Mon, 23 Nov 2026 01:52:00 +0000". Raises `Refused("hook-unreadable")`."""
    try:
        return round(parsedate_to_datetime(text).timestamp() * 1000)
    except (ValueError, TypeError, OverflowError):
        raise Refused("hook-unreadable", 400) from None


def stamp_of(fields: Fields) -> str | None:
    """The time that a form says, None where it says none.

    Raises `Refused("hook-unreadable")` where it was cut so that its time is in no field of its own.
    """
    stamp = dict(fields).get(_STAMP)
    if stamp is None and _STAMP in signed("", fields):
        raise Refused("hook-unreadable", 400)
    return stamp


def digest_of(address: str, fields: Fields) -> str:
    """What a webhook is known by: the same one again has the same, however it is cut into fields."""
    return hashlib.sha256(signed(address, fields).encode()).hexdigest()


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode("utf-8", "surrogateescape"))

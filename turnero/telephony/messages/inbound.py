"""What people answer to our messages: who writes that they want none gets none any more.

Either the house's gateway brings an answer, signed as we sign what we send it, or WhatsApp does,
signed with its app's secret. Nothing else that is written is kept or read by anybody.
"""

import hmac
import re
import unicodedata
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import bindparam, select

from turnero.queue.commands.people import PhoneNamed, opt_out
from turnero.queue.people_tables import NUMBER, phone
from turnero.store.errors import NotFound, Refused
from turnero.store.ledger import Ledger
from turnero.store.sql import Query, Statement
from turnero.store.vault import Vault
from turnero.telephony.cloud.signatures import check_hub, check_time
from turnero.telephony.messages.signing import SIGNATURE, TIMESTAMP, signature

HUB: Final = "x-hub-signature-256"
#: what people write who want no more messages, in capitals without accents
STOP: Final = frozenset(
    {"BAJA", "STOP", "SALIR", "PARAR", "SAIR", "CANCELAR MENSAJES", "NO MAS", "UNSUBSCRIBE"}
)
#: answers of one request that are looked at
MOST: Final = 50

_NUMBER: Final = re.compile(r"\+?([1-9][0-9]{6,14})", re.ASCII)
_PHONES = Statement(
    select(phone.c.id, phone.c.site).where(
        phone.c.number_index == bindparam("index"), phone.c.opted_out_ms.is_(None)
    )
)


class Answer(NamedTuple):
    """What somebody wrote. `repr` shows nothing of it."""

    #: E.164
    number: str
    text: str

    def __repr__(self) -> str:
        return "Answer(…)"


class Keys(NamedTuple):
    """What signatures are checked with. `repr` shows neither."""

    gateway: bytes
    #: WhatsApp's app secret; empty: it does not call us itself
    hub: bytes

    def __repr__(self) -> str:
        return "Keys(…)"


def check(keys: Keys, headers: Mapping[str, str], body: bytes, now_ms: int) -> None:
    """Refuse (403) what neither the gateway nor WhatsApp signed, or was signed too long ago."""
    if HUB in headers:
        check_hub(keys.hub, body, [headers[HUB]])
        return
    stamp = headers.get(TIMESTAMP, "")
    if not (stamp.isascii() and stamp.isdigit() and len(stamp) <= 12):  # noqa: PLR2004 - seconds
        raise Refused("hook-signature", 403)
    expected, said = signature(keys.gateway, stamp, body), headers.get(SIGNATURE, "")
    if not hmac.compare_digest(expected.encode(), said.encode("utf-8", "surrogateescape")):
        raise Refused("hook-signature", 403)
    check_time(int(stamp) * 1000, now_ms)


def answers_of(body: bytes) -> list[Answer]:
    """From `{"from": …, "text": …}`, or WhatsApp's own shape. Raises `Refused("hook-unreadable")`."""
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refused("hook-unreadable", 400) from None
    if not isinstance(found, dict):
        raise Refused("hook-unreadable", 400)
    read = [_answer(found.get("from"), found.get("text"))]
    for value in _each(found.get("entry"), "changes"):
        messages = _in(value, "value").get("messages")
        read += [
            _answer(_in(one).get("from"), _in(one, "text").get("body"))
            for one in (messages if isinstance(messages, list) else [])
        ]
    return [one for one in read if one is not None][:MOST]


def wants_none(text: str) -> bool:
    """Whether somebody wrote that they want no more messages."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return " ".join(re.findall(r"[A-Z0-9]+", plain.upper())) in STOP


def subscribed(key: bytes, query: Mapping[str, str]) -> str:
    """WhatsApp asks whether this address is ours: what it is answered. `NotFound` to anybody else."""
    said = query.get("hub.verify_token", "")
    challenge = query.get("hub.challenge", "")
    if not hmac.compare_digest(key.hex().encode(), said.encode("utf-8", "surrogateescape")):
        raise NotFound("hook-unknown")
    if not re.fullmatch(r"[A-Za-z0-9_-]{1,200}", challenge):
        raise NotFound("hook-unknown")
    return challenge


async def take(ledger: Ledger, vault: Vault, answers: list[Answer]) -> int:
    """Let those opt out who want to, at every site; how many numbers those were."""
    done = 0
    for one in answers:
        if not wants_none(one.text):
            continue
        for id_, site in await ledger.read(_known, vault.index(one.number, NUMBER)):
            await ledger.run(opt_out, PhoneNamed(id_), site=site, actor="message")
            done += 1
    return done


def _known(q: Query, index: str) -> list[tuple[int, int]]:
    return [(row.id, row.site) for row in q.rows(_PHONES, index=index)]


def _answer(number: object, text: object) -> Answer | None:
    if not isinstance(number, str) or not isinstance(text, str):
        return None
    found = _NUMBER.fullmatch(number.strip())
    return None if found is None else Answer(f"+{found[1]}", text[:200])


def _each(value: object, name: str) -> list[object]:
    entries = value if isinstance(value, list) else []
    found = [_in(one).get(name) for one in entries]
    return [one for some in found if isinstance(some, list) for one in some]


def _in(value: object, *names: str) -> dict[str, Any]:
    for name in names:
        value = value.get(name) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}

"""Commands on boxes, at site 0: they ask, are approved or refused, get tokens and lose them.

A token is made when the box comes for it, so that only its hash is ever kept. Until the box
has used it once it may be handed out again, each time another: an answer can be lost.
"""

from typing import Any, Final

import msgspec
from sqlalchemy import bindparam, delete, insert, select, update

from turnero.queue.tables import site
from turnero.server.accounts.commands import NewToken, create_token, revoke_token
from turnero.server.boxes import facts
from turnero.server.boxes.tables import box, box_pairing
from turnero.store.errors import NotFound, Refused
from turnero.store.sql import Statement
from turnero.store.tables import device
from turnero.store.tx import Tx
from turnero.web.principal import Role

#: how long a code can be approved
OPEN_MS: Final = 10 * 60_000
#: boxes that may ask at the same time: more are somebody's joke
MOST: Final = 50

_FORGET = Statement(delete(box_pairing).where(box_pairing.c.until_ms <= bindparam("now")))
_ASKING = Statement(select(box_pairing.c.code).limit(MOST))
_NEW = Statement(insert(box_pairing))
_BY_CODE = Statement(select(*box_pairing.c).where(box_pairing.c.code == bindparam("code")))
_BY_SECRET = Statement(select(*box_pairing.c).where(box_pairing.c.secret == bindparam("secret")))
_SETTLE = Statement(
    update(box_pairing)
    .where(box_pairing.c.code == bindparam("b_code"))
    .values(state=bindparam("b_state"), device=bindparam("b_device"))
)
_DEVICE = Statement(
    select(device.c.id, device.c.site, device.c.key, device.c.name, site.c.key.label("site_key"))
    .select_from(device.join(site, site.c.no == device.c.site))
    .where(device.c.id == bindparam("id"), device.c.kind == "box")
)
_BOX = Statement(select(*box.c).where(box.c.device == bindparam("device")))
_NEW_BOX = Statement(insert(box))
_SET_BOX = Statement(
    update(box)
    .where(box.c.device == bindparam("b_device"))
    .values(
        token=bindparam("b_token"),
        next=bindparam("b_next"),
        roll=bindparam("b_roll"),
        fingerprint=bindparam("b_fingerprint"),
        paired_ms=bindparam("b_paired"),
    )
)
_OF_TOKEN = Statement(select(*box.c).where(box.c.token == bindparam("token")))
_OF_NEXT = Statement(select(*box.c).where(box.c.next == bindparam("token")))
_DONE = Statement(delete(box_pairing).where(box_pairing.c.device == bindparam("b_device")))


class Ask(msgspec.Struct, frozen=True):
    """A box asks to be let in. Code and the secret's hash are made outside."""

    code: str
    secret: bytes
    fingerprint: str
    hardware: str
    version: str


class Approve(msgspec.Struct, frozen=True):
    """The box with that code is this device."""

    code: str
    device: int
    #: the only site that the administrator manages; None: all
    within: int | None = None


class Fetch(msgspec.Struct, frozen=True):
    """The box asks how it stands; `token` is the hash of one made for it, should it be approved."""

    secret: bytes
    token: bytes


class Fetched(msgspec.Struct, frozen=True):
    """How it stands."""

    #: waiting | approved | refused | expired
    state: str
    site: str | None = None
    box: str | None = None


class Used(msgspec.Struct, frozen=True):
    """A box was heard, with this token; `token` is the hash of the next one, should it be rolled."""

    number: int
    token: bytes


def ask(tx: Tx, request: Ask) -> int:
    """Command: keep a box that asks; until when its code holds, wall clock.

    Raises `Refused("pairing-busy")` when too many ask at once.
    """
    tx.run(_FORGET, now=tx.now_ms)
    if len(tx.rows(_ASKING)) >= MOST:
        raise Refused("pairing-busy", 503)
    until_ms = tx.now_ms + OPEN_MS
    tx.run(
        _NEW,
        code=request.code,
        secret=request.secret,
        fingerprint=request.fingerprint,
        hardware=request.hardware,
        version=request.version,
        state="waiting",
        device=None,
        until_ms=until_ms,
    )
    return until_ms


def approve(tx: Tx, request: Approve) -> int:
    """Command: let it in; number of its site. A box that was this device before is so no longer:
    its token ends.
    """
    asking = _asking(tx, request.code)
    found = tx.row(_DEVICE, id=request.device)
    if found is None or request.within not in (None, found.site):
        raise NotFound("box-unknown")
    tx.run(_DONE, b_device=found.id)  # whoever was let in as it and has not come is it no longer
    tx.run(_SETTLE, b_code=asking.code, b_state="approved", b_device=found.id)
    before = tx.row(_BOX, device=found.id)
    if before is None:
        tx.run(
            _NEW_BOX,
            device=found.id,
            token=None,
            next=None,
            roll=0,
            fingerprint=asking.fingerprint,
            paired_ms=tx.now_ms,
        )
    else:
        _revoke(tx, before.token, before.next)
        _set(
            tx,
            before,
            token=None,
            next=None,
            roll=0,
            fingerprint=asking.fingerprint,
            paired=tx.now_ms,
        )
    tx.append(facts.BoxApproved(device=found.id, site=found.site, key=found.key))
    return int(found.site)


def refuse(tx: Tx, code: str) -> None:
    """Command: turn it away."""
    asking = _asking(tx, code)
    tx.run(_SETTLE, b_code=asking.code, b_state="refused", b_device=None)
    tx.append(facts.BoxRefused(code=asking.code))


def fetch(tx: Tx, request: Fetch) -> Fetched:
    """Command: how a box stands; an approved one gets its token."""
    asking = tx.row(_BY_SECRET, secret=request.secret)
    if asking is None or asking.until_ms <= tx.now_ms:
        return Fetched("expired")
    if asking.state != "approved":
        return Fetched(asking.state)
    found = tx.row(_DEVICE, id=asking.device)
    mine = tx.row(_BOX, device=asking.device)
    if found is None or mine is None or mine.fingerprint != asking.fingerprint:
        return Fetched("refused")  # taken out since, or another box has come
    _revoke(tx, mine.next)
    _set(tx, mine, next=_hand_out(tx, request.token, found))
    return Fetched("approved", found.site_key, found.key)


def used(tx: Tx, request: Used) -> bool:
    """Command: a box was heard. Its new token is the only one from its first use on; True: the one
    in `token` was made for it, because an administrator asked for it.
    """
    mine = tx.row(_OF_NEXT, token=request.number)
    if mine is not None:
        _revoke(tx, mine.token)
        _set(tx, mine, token=request.number, next=None, roll=0)
        tx.run(_DONE, b_device=mine.device)
        tx.append(facts.BoxTokenChanged(device=mine.device, token=request.number))
        return False
    mine = tx.row(_OF_TOKEN, token=request.number)
    if mine is None or not mine.roll:
        return False
    found = tx.row(_DEVICE, id=mine.device)
    if found is None:
        return False
    _revoke(tx, mine.next)
    _set(tx, mine, next=_hand_out(tx, request.token, found))
    return True


class Change(msgspec.Struct, frozen=True):
    """Something an administrator does with a paired box."""

    device: int
    #: the only site that the administrator manages; None: all
    within: int | None = None


def roll(tx: Tx, request: Change) -> None:
    """Command: it is to get another token when it is heard next."""
    _set(tx, _paired(tx, request), roll=1)


def revoke(tx: Tx, request: Change) -> None:
    """Command: it may do nothing any more, until it is paired again."""
    mine = _paired(tx, request)
    _revoke(tx, mine.token, mine.next)
    _set(tx, mine, token=None, next=None, roll=0)
    tx.run(_DONE, b_device=mine.device)


def _asking(tx: Tx, code: str) -> Any:
    found = tx.row(_BY_CODE, code=code)
    if found is None or found.until_ms <= tx.now_ms:
        raise NotFound("pairing-unknown")
    if found.state != "waiting":
        raise Refused("pairing-settled")
    return found


def _paired(tx: Tx, request: Change) -> Any:
    found = tx.row(_DEVICE, id=request.device)
    mine = tx.row(_BOX, device=request.device)
    if found is None or mine is None or request.within not in (None, found.site):
        raise NotFound("box-unknown")
    return mine


def _hand_out(tx: Tx, hashed: bytes, found: Any) -> int:
    made = create_token(
        tx, NewToken(hashed, str(Role.BOX), found.name, site=found.site, place=found.key)
    )
    return made.id


def _revoke(tx: Tx, *tokens: int | None) -> None:
    for number in tokens:
        if number is not None:
            revoke_token(tx, number)


def _set(tx: Tx, mine: Any, **values: Any) -> None:
    now = {
        "token": mine.token,
        "next": mine.next,
        "roll": mine.roll,
        "fingerprint": mine.fingerprint,
        "paired": mine.paired_ms,
    } | values
    tx.run(_SET_BOX, b_device=mine.device, **{f"b_{name}": value for name, value in now.items()})

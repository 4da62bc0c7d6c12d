"""What is read of boxes: who asks, which there are, what one has to know of its site."""

from hashlib import blake2b
from typing import Final

import msgspec
from sqlalchemy import and_, bindparam, select

from turnero.boxes.protocol import Beat, BoxConfig, Hosted
from turnero.queue.settings import languages_of
from turnero.queue.tables import site
from turnero.server.accounts.tables import token
from turnero.server.boxes.tables import box, box_pairing
from turnero.store import devices
from turnero.store.errors import NotFound
from turnero.store.sql import Query, Statement
from turnero.store.tables import device, heartbeat

_ASKING: Final = Statement(
    select(
        box_pairing.c.code,
        box_pairing.c.fingerprint,
        box_pairing.c.hardware,
        box_pairing.c.version,
        box_pairing.c.state,
        box_pairing.c.until_ms,
    )
    .where(box_pairing.c.until_ms > bindparam("now"), box_pairing.c.state == "waiting")
    .order_by(box_pairing.c.until_ms)
)
_STANDS: Final = Statement(
    select(box_pairing.c.state, box_pairing.c.until_ms).where(
        box_pairing.c.secret == bindparam("secret")
    )
)
_BOXES: Final = Statement(
    select(
        device.c.id,
        device.c.site,
        device.c.key,
        device.c.name,
        box.c.token,
        box.c.next,
        box.c.roll,
        box.c.fingerprint,
        box.c.paired_ms,
        token.c.seen_ms,
        heartbeat.c.at_ms,
        heartbeat.c.state,
        box_pairing.c.code,
    )
    .select_from(
        device.outerjoin(box, box.c.device == device.c.id)
        .outerjoin(
            box_pairing,
            and_(
                box_pairing.c.device == device.c.id,
                box_pairing.c.state == "approved",
                box_pairing.c.until_ms > bindparam("now"),
            ),
        )
        .outerjoin(token, token.c.id == box.c.token)
        .outerjoin(heartbeat, heartbeat.c.device == device.c.id)
    )
    .where(device.c.kind == "box")
    .order_by(device.c.site, device.c.key)
)
_SITE: Final = Statement(
    select(site.c.key, site.c.name, site.c.profile, site.c.zone, site.c.languages).where(
        site.c.no == bindparam("no")
    )
)


class Asking(msgspec.Struct, frozen=True):
    """A box that waits to be let in."""

    code: str
    fingerprint: str
    hardware: str
    version: str
    state: str
    until_ms: int


class Box(msgspec.Struct, frozen=True):
    """A box of a site, paired or not."""

    device: int
    site: int
    key: str
    name: str
    #: number of the token it works with
    token: int | None
    next: int | None
    roll: int | None
    #: None: never paired
    fingerprint: str | None
    paired_ms: int | None
    seen_ms: int | None
    heard_ms: int | None
    #: its last heartbeat, JSON
    state: str | None
    #: code by which it was let in, while it has not come for its token
    code: str | None

    @property
    def said(self) -> Beat | None:
        """What it said of itself then."""
        try:
            return msgspec.json.decode(self.state or "", type=Beat)
        except msgspec.DecodeError:
            return None

    @property
    def standing(self) -> str:
        """free: no machine is this box | expected: approved, has not come yet | paired | revoked."""
        if self.token is not None:
            return "paired"
        if self.next is not None or self.code is not None:
            return "expected"
        return "free" if self.fingerprint is None else "revoked"


def asking(q: Query, now_ms: int) -> list[Asking]:
    """Who waits to be let in, oldest first."""
    return [Asking(*row) for row in q.rows(_ASKING, now=now_ms)]


def stands(q: Query, secret: bytes, now_ms: int) -> str:
    """How the pairing with that secret stands: waiting | approved | refused | expired."""
    row = q.row(_STANDS, secret=secret)
    return "expired" if row is None or row.until_ms <= now_ms else str(row.state)


def boxes(q: Query, within: int | None, now_ms: int) -> list[Box]:
    """Every box of that site, or of all."""
    found = [Box(*row) for row in q.rows(_BOXES, now=now_ms)]
    return [one for one in found if within in (None, one.site)]


def config(q: Query, site_no: int, key: str, public_address: str) -> BoxConfig:
    """All that the box of that key has to know. Raises `NotFound` for one that was taken out."""
    row = q.row(_SITE, no=site_no)
    there = devices.of_site(q, site_no)
    own = next((one for one in there if (one.kind, one.key) == ("box", key)), None)
    if row is None or own is None:
        raise NotFound("box-unknown")
    hosted = tuple(
        Hosted(one.id, one.kind, one.key, one.name, one.zone, one.settings)
        for one in there
        if one.setting("box") == key
    )
    made = BoxConfig(
        box=own.key,
        device=own.id,
        site=site_no,
        site_key=row.key,
        site_name=row.name,
        profile=row.profile,
        zone=row.zone,
        languages=languages_of(row.languages),
        devices=hosted,
        public_address=public_address,
        version="",
    )
    version = blake2b(msgspec.json.encode(made), digest_size=8).hexdigest()
    return msgspec.structs.replace(made, version=version)

"""What a box keeps of its server in its own store: the site, the devices, where it was.

Its devices stand there under the server's ids, without the box's name on them: for the rooms
that run here they are simply this installation's devices, as on a small site's server.
"""

from typing import Any, Final, TypeVar

import msgspec
from sqlalchemy import bindparam, delete, insert, select, update

from turnero.boxes.protocol import BoxConfig
from turnero.device.tables import box_state
from turnero.queue.facts import SiteLoaded
from turnero.queue.tables import site
from turnero.store.sql import Query, Statement
from turnero.store.tables import device
from turnero.store.tx import Tx

T = TypeVar("T")

#: the configuration, as the server gave it
CONFIG: Final = "config"
#: number of the last fact of the site that was heard
SEQ: Final = "seq"
#: address of the server that gave its token
GAVE: Final = "gave"
#: version of the server's program, which pages carry
PAGES: Final = "pages"

_GET = Statement(select(box_state.c.value).where(box_state.c.name == bindparam("name")))
_SET = Statement(
    update(box_state)
    .where(box_state.c.name == bindparam("b_name"))
    .values(value=bindparam("b_value"))
)
_NEW = Statement(insert(box_state))
_FORGET = Statement(delete(box_state).where(box_state.c.name == bindparam("b_name")))
_SET_SITE = Statement(
    update(site)
    .where(site.c.no == bindparam("b_no"))
    .values(
        key=bindparam("b_key"),
        name=bindparam("b_name"),
        zone=bindparam("b_zone"),
        profile=bindparam("b_profile"),
        languages=bindparam("b_languages"),
    )
)
_NEW_SITE = Statement(insert(site))
_SITES = Statement(select(site.c.no))
_DROP_SITE = Statement(delete(site).where(site.c.no == bindparam("b_no")))
_DEVICES = Statement(select(device.c.id))
_DROP_DEVICE = Statement(delete(device).where(device.c.id == bindparam("b_id")))
_NEW_DEVICE = Statement(insert(device))


class Note(msgspec.Struct, frozen=True):
    """Keep this under that name; `value` is JSON, None forgets it."""

    name: str
    value: str | None


def note(tx: Tx, request: Note) -> None:
    """Command: keep it."""
    if request.value is None:
        tx.run(_FORGET, b_name=request.name)
    elif not tx.run(_SET, b_name=request.name, b_value=request.value):
        tx.run(_NEW, name=request.name, value=request.value)


def kept(q: Query, name: str, kind: type[T]) -> T | None:
    """What is kept under that name; None also for what an older program wrote otherwise."""
    row = q.row(_GET, name=name)
    try:
        return None if row is None else msgspec.json.decode(row.value, type=kind)
    except msgspec.ValidationError:
        return None


def configure(tx: Tx, config: BoxConfig) -> None:
    """Command: the box's site and devices are these from now on."""
    note(tx, Note(CONFIG, msgspec.json.encode(config).decode()))
    _put_site(tx, config)
    # All anew: a key may have gone from one to another. Heartbeats stay, they go by the id.
    for row in tx.rows(_DEVICES):
        tx.run(_DROP_DEVICE, b_id=row.id)
    for one in config.devices:
        tx.run(
            _NEW_DEVICE,
            id=one.id,
            site=config.site,
            kind=one.kind,
            key=one.key,
            name=one.name,
            zone=one.zone,
            settings=_settings(one.settings),
        )
    tx.append(SiteLoaded(config.site_key, ()))


def _put_site(tx: Tx, config: BoxConfig) -> None:
    for row in tx.rows(_SITES):
        if row.no != config.site:
            tx.run(_DROP_SITE, b_no=row.no)
    said: dict[str, Any] = {
        "key": config.site_key,
        "name": config.site_name,
        "zone": config.zone,
        "profile": config.profile,
        "languages": msgspec.json.encode(config.languages).decode(),
    }
    if not tx.run(_SET_SITE, b_no=config.site, **{f"b_{name}": said[name] for name in said}):
        unsaid = {"hours": None, "settings": "{}", "callbacks": "{}", "closed_ms": 0}
        tx.run(_NEW_SITE, no=config.site, **unsaid, **said)


def _settings(text: str) -> str:
    """A device's settings without the name of the box that hosts it: here that is this one."""
    found: dict[str, Any] = msgspec.json.decode(text)
    found.pop("box", None)
    return msgspec.json.encode(found).decode()

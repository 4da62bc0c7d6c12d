"""Which site and which kiosk, board or desk a new token is for, said or taken as understood."""

from sqlalchemy import bindparam, select

from turnero.queue.tables import desk, site
from turnero.store.errors import Invalid, NotFound
from turnero.store.sql import Query, Statement
from turnero.store.tables import device
from turnero.web.principal import DEVICES, Role

_BY_KEY = Statement(select(site.c.no).where(site.c.key == bindparam("key")))
_SITES = Statement(select(site.c.no, site.c.key).order_by(site.c.no))
_DESKS = Statement(
    select(desk.c.key.label("key"))
    .where(desk.c.site == bindparam("site"), desk.c.active == 1)
    .order_by(desk.c.key)
)
_DEVICES = Statement(
    select(device.c.key.label("key"))
    .where(device.c.site == bindparam("site"), device.c.kind == bindparam("kind"))
    .order_by(device.c.key)
)


def site_number(q: Query, key: str | None, role: str) -> int | None:
    """The number of a site named by its key.

    Nothing said: for a device's role the only site there is, else None, every site.
    """
    if key:
        row = q.row(_BY_KEY, key=key)
        if row is None:
            raise NotFound("site-unknown", site=key)
        return int(row.no)
    sites = q.rows(_SITES)
    return int(sites[0].no) if role in DEVICES and len(sites) == 1 else None


def site_keys(q: Query) -> dict[int, str]:
    """The key of each site by its number."""
    return {row.no: row.key for row in q.rows(_SITES)}


def places(q: Query, site: int, role: str) -> list[str]:
    """The keys of a site's places for a role: its kiosks, its boards or its desks."""
    rows = (
        q.rows(_DESKS, site=site) if role == Role.DESK else q.rows(_DEVICES, site=site, kind=role)
    )
    return [row.key for row in rows]


def default_place(q: Query, site: int | None, role: str, key: str | None) -> str | None:
    """The place that a token belongs to; `Invalid` for one that is not there.

    A desk may be named as in the API, "site.desk". Nothing said: the only one there is. A
    screen or a desk belongs to one site: `Invalid` where none is named and there are several.
    """
    if role in DEVICES and site is None:
        raise Invalid("site-which")
    if role not in DEVICES or site is None:
        if key:
            raise Invalid("place-without-site", role=role)
        return None
    known = places(q, site, role)
    if not key:
        return known[0] if len(known) == 1 else None
    key = key.rpartition(".")[2] if role == Role.DESK else key
    if key not in known:
        raise Invalid("place-unknown", role=role, place=key, known=", ".join(known) or "-")
    return key

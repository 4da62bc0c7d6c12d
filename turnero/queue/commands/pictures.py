"""Keep a picture that boards may show, or let go of it. What a picture has to be, web/pictures.py says."""

import msgspec
from sqlalchemy import bindparam, delete, func, insert, select

from turnero.queue import site_content
from turnero.queue.content_tables import picture
from turnero.store.errors import Refused
from turnero.store.sql import Statement
from turnero.store.tx import Tx

#: pictures of one site: a database is no archive of photographs
MOST = 100

_OF = (picture.c.site == bindparam("b_site"), picture.c.digest == bindparam("b_digest"))
_THERE = Statement(select(picture.c.digest).where(*_OF))
_COUNT = Statement(
    select(func.count().label("there"))
    .select_from(picture)
    .where(picture.c.site == bindparam("b_site"))
)
_KEEP = Statement(insert(picture))
_DROP = Statement(delete(picture).where(*_OF))


class KeepPicture(msgspec.Struct, frozen=True):
    """Request of `keep`."""

    digest: str
    width: int
    height: int
    #: WebP
    data: bytes


class DropPicture(msgspec.Struct, frozen=True):
    """Request of `drop`."""

    digest: str


def keep(tx: Tx, request: KeepPicture) -> None:
    """Keep it; one that is there already is the same one. Refused when there are too many."""
    if tx.row(_THERE, b_site=tx.site, b_digest=request.digest) is not None:
        return
    row = tx.row(_COUNT, b_site=tx.site)
    if row is not None and row.there >= MOST:
        raise Refused("pictures-many", most=MOST)
    tx.run(
        _KEEP,
        site=tx.site,
        digest=request.digest,
        width=request.width,
        height=request.height,
        data=request.data,
        at_ms=tx.now_ms,
    )


def drop(tx: Tx, request: DropPicture) -> None:
    """Let go of one that nothing shows. Refused while something does."""
    if any(part.picture == request.digest for part in site_content.read(tx, tx.site)):
        raise Refused("picture-used")
    tx.run(_DROP, b_site=tx.site, b_digest=request.digest)

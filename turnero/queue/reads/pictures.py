"""The pictures of a site: which there are, and one of them."""

import msgspec
from sqlalchemy import bindparam, select

from turnero.queue.content_tables import picture
from turnero.store.sql import Query, Statement

_OF_SITE = Statement(
    select(picture.c.digest, picture.c.width, picture.c.height)
    .where(picture.c.site == bindparam("site"))
    .order_by(picture.c.at_ms.desc(), picture.c.digest)
)
_DATA = Statement(
    select(picture.c.data).where(
        picture.c.site == bindparam("site"), picture.c.digest == bindparam("digest")
    )
)


class PictureView(msgspec.Struct, frozen=True):
    """A picture, without its data."""

    #: SHA-256 of its data, hexadecimal
    digest: str
    #: pixels
    width: int
    height: int


def pictures(q: Query, site: int) -> list[PictureView]:
    """Every picture of a site, newest first."""
    return [PictureView(*row) for row in q.rows(_OF_SITE, site=site)]


def picture_data(q: Query, site: int, digest: str) -> bytes | None:
    """A picture's WebP; None where there is none of that digest."""
    row = q.row(_DATA, site=site, digest=digest)
    return None if row is None else bytes(row.data)

"""What boards show between calls, as a site describes it: what must hold, how it is kept and read.

Which of it a board shows when, display/content/ says.
"""

import re
from datetime import date
from typing import Final

import msgspec
from sqlalchemy import bindparam, delete, select

from turnero.queue.content_tables import content
from turnero.queue.facts import Change
from turnero.queue.keyed_rows import KeyedRows, Values, json_of, plain
from turnero.queue.site_breaches import wrong
from turnero.queue.site_shape import ContentPart, SiteFile
from turnero.store.sql import Query, Statement
from turnero.store.tx import Tx

#: more would come round too seldom to be seen
MOST: Final = 60
#: how long one may stand: long enough to be read, and not for ever
LEAST_S, MOST_S = 5, 120
#: characters of a notice: what can be read from a chair in that time
LONGEST: Final = 240
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_COLUMNS: Final = frozenset({"key", "name"})
_ROWS: Final = KeyedRows(content, ("names", "settings", "sort"), {})
_GONE: Final = Statement(delete(content).where(content.c.id == bindparam("b_id")))
_OF_SITE: Final = Statement(
    select(content.c.key, content.c.names, content.c.settings)
    .where(content.c.site == bindparam("site"))
    .order_by(content.c.sort, content.c.id)
)


def check(file: SiteFile) -> None:
    """Raise a `Breach` for the first thing that a board could not show."""
    if len(file.content) > MOST:
        raise wrong("content", "content-many", most=MOST)
    for n, part in enumerate(file.content):
        _check(part, file, f"content[{n}]")


def _check(part: ContentPart, file: SiteFile, place: str) -> None:
    own = file.site.languages[0]
    if part.sort == "notice" and not part.text.get(own):
        raise wrong(f"{place}.text", "content-text", language=own)
    for language, text in part.text.items():
        if len(text) > LONGEST:
            raise wrong(f"{place}.text.{language}", "text-long", most=LONGEST)
    if part.sort == "picture" or part.picture is not None:
        if not _DIGEST.fullmatch(part.picture or ""):
            raise wrong(f"{place}.picture", "content-picture")
        if not part.alt.get(own):
            raise wrong(f"{place}.alt", "content-alt", language=own)
    if not LEAST_S <= part.seconds <= MOST_S:
        figures = {"value": part.seconds, "least": LEAST_S, "most": MOST_S}
        raise wrong(f"{place}.seconds", "out-of-range", **figures)
    _days(part, place)
    for board in set(part.boards) - {board.key for board in file.board}:
        raise wrong(f"{place}.boards", "content-board", board=board)


def _days(part: ContentPart, place: str) -> None:
    for name in ("since", "until"):
        day = getattr(part, name)
        try:
            date.fromisoformat(day or "2000-01-01")
        except ValueError:
            raise wrong(f"{place}.{name}", "day", day=day) from None
    if part.since is not None and part.until is not None and part.until < part.since:
        raise wrong(f"{place}.until", "content-over")


def put(tx: Tx, file: SiteFile) -> list[Change]:
    """Make the rows as described; what is not described is taken out."""
    there = _ROWS.all(tx)
    changes: list[Change] = []
    for sort, part in enumerate(file.content):
        wanted = _kept(part) | {"sort": sort}
        changes += _ROWS.put(tx, "content", part.key, there.get(part.key), wanted)[1]
    named = {part.key for part in file.content}
    for key, (row_id, values) in there.items():
        if key not in named:
            tx.run(_GONE, b_id=row_id)
            changes.append(Change("content", key, plain(values), None))
    return changes


def read(q: Query, site: int) -> tuple[ContentPart, ...]:
    """A site's content, in its order."""
    return tuple(
        msgspec.convert(
            {"key": row.key, "name": msgspec.json.decode(row.names)}
            | msgspec.json.decode(row.settings),
            ContentPart,
        )
        for row in q.rows(_OF_SITE, site=site)
    )


def _kept(part: ContentPart) -> Values:
    # Defaults are left out by the shape itself.
    said = msgspec.to_builtins(part)
    return {
        "names": json_of(part.name),
        "settings": json_of({k: v for k, v in said.items() if k not in _COLUMNS}),
    }

"""The journal's chain and its readers.

Each fact carries an HMAC-SHA-256, under a key that lives outside the database, over its
predecessor's HMAC and its own content. `verify` finds edits and gaps; a truncated tail is
found by comparing with a head exported earlier.
"""

import hmac

import msgspec
from sqlalchemy import bindparam, insert, select

from turnero.store.facts import Entry
from turnero.store.sql import Query, Statement
from turnero.store.tables import head, journal

APPEND = Statement(insert(journal))

_READ = Statement(
    select(
        journal.c.site,
        journal.c.seq,
        journal.c.at_ms,
        journal.c.actor,
        journal.c.kind,
        journal.c.body,
    )
    .where(journal.c.site == bindparam("site"), journal.c.seq > bindparam("after"))
    .order_by(journal.c.seq)
    .limit(bindparam("limit"))
)
_READ_CHAIN = Statement(
    select(
        journal.c.seq,
        journal.c.at_ms,
        journal.c.actor,
        journal.c.kind,
        journal.c.body,
        journal.c.mac,
    )
    .where(journal.c.site == bindparam("site"), journal.c.seq > bindparam("after"))
    .order_by(journal.c.seq)
    .limit(bindparam("limit"))
)
_HEAD = Statement(select(head.c.seq, head.c.mac).where(head.c.site == bindparam("site")))
_SITES = Statement(select(head.c.site).order_by(head.c.site))


def mac(
    key: bytes, previous: bytes, site: int, seq: int, at_ms: int, actor: str, kind: str, body: bytes
) -> bytes:
    """HMAC-SHA-256 of a fact: 32 bytes over the predecessor's (empty for the first) and all columns."""
    parts = f"{site}\n{seq}\n{at_ms}\n{actor}\n{kind}\n".encode()
    return hmac.digest(key, previous + parts + body, "sha256")


def _raw(value: bytes | memoryview | str) -> bytes:
    """Bytes of a column, also where somebody has put text in their place."""
    return value.encode() if isinstance(value, str) else bytes(value)


def read(q: Query, site: int, after: int, limit: int = 500) -> list[Entry]:
    """Facts of a site after a number, oldest first, at most `limit`."""
    return [Entry(*row) for row in q.rows(_READ, site=site, after=after, limit=limit)]


def between(q: Query, site: int, after: int, until: int | None = None) -> list[Entry]:
    """All facts of a site after one number, up to another or to the last that is committed."""
    found: list[Entry] = []
    while page := read(q, site, after, 2000):
        after = page[-1].seq
        found += page if until is None else [one for one in page if one.seq <= until]
        if until is not None and after >= until:
            break
    return found


def head_seq(q: Query, site: int) -> int:
    """The number of the site's last fact, 0 before the first."""
    row = q.row(_HEAD, site=site)
    return row.seq if row else 0


def sites(q: Query) -> list[int]:
    """Every site that has a journal, the installation (0) included."""
    return [row.site for row in q.rows(_SITES)]


class Verdict(msgspec.Struct, frozen=True):
    """What checking a site's chain found: `broken_at` is the first number that does not fit, or None."""

    site: int
    facts: int
    broken_at: int | None
    why: str | None


def verify(q: Query, site: int, key: bytes, exported: tuple[int, bytes] | None = None) -> Verdict:
    """Check every link of a site's chain, and that it ends at its head.

    `exported` is a (number, HMAC) noted earlier elsewhere: it must still be in the chain,
    which is what shows a truncated journal whose head was rewritten too.
    """
    previous, expected = b"", 1
    seen_export = exported is None or exported[0] == 0
    while True:
        rows = q.rows(_READ_CHAIN, site=site, after=expected - 1, limit=1000)
        for row in rows:
            if row.seq != expected:
                return Verdict(site, expected - 1, expected, f"gap: {expected} is missing")
            wanted = mac(
                key, previous, site, row.seq, row.at_ms, row.actor, row.kind, _raw(row.body)
            )
            if not hmac.compare_digest(wanted, _raw(row.mac)):
                return Verdict(site, expected - 1, expected, "edited: the HMAC does not fit")
            if exported is not None and row.seq == exported[0]:
                seen_export = hmac.compare_digest(exported[1], _raw(row.mac))
            previous, expected = _raw(row.mac), expected + 1
        if not rows:
            break
    last = q.row(_HEAD, site=site)
    if last is not None and (last.seq, _raw(last.mac)) != (expected - 1, previous):
        return Verdict(site, expected - 1, expected, "truncated: the head names a later fact")
    if not seen_export:
        return Verdict(
            site, expected - 1, expected, "truncated: the exported head is not in the chain"
        )
    return Verdict(site, expected - 1, None, None)

"""A new key for what is sealed: every row is sealed anew, in portions, then the old key is put aside.

Rooms say which of their columns are sealed. A rotation that was cut off goes on where it was:
while an older key is there, no other one is made. Rows are opened and sealed outside of any
transaction, and written only where nobody changed them meanwhile.
"""

import asyncio
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any, Final, NamedTuple

import msgspec
from sqlalchemy import Column, Table, bindparam, func, select, update

from turnero.store.facts import Fact, register
from turnero.store.ledger import Ledger
from turnero.store.sql import Query, Statement
from turnero.store.tx import Tx
from turnero.store.vault import CannotOpen, Vault, of_key

#: rows sealed anew in one transaction
PORTION: Final = 200
#: seconds between the last look and putting the old key aside: whoever had sealed something with
#: it a moment ago has written it by then
SETTLE_S: Final = 5.0

_HEAD: Final = len(of_key("00000000"))


class SealedColumn(NamedTuple):
    """A column of sealed bytes; empty ones hold nothing. Its table has a column `site`."""

    table: Table
    key: Column[Any]
    column: Column[Any]
    #: as which the vault seals it: one, or one of a few
    fields: tuple[str, ...]

    @property
    def name(self) -> str:
        """As people read it: "phone.sealed"."""
        return f"{self.table.name}.{self.column.name}"


class KeyChanged(Fact, frozen=True, tag="vault-key-changed"):
    """Everything personal is sealed with a new key: of the installation (site 0)."""

    #: 8 hexadecimal digits: an id, not a key
    key: str
    #: those put aside
    retired: tuple[str, ...]
    rows: int


register(KeyChanged)


class Anew(NamedTuple):
    """A row's key, what it held, and what it is to hold."""

    key: Any
    was: bytes
    now: bytes


class Rotated(msgspec.Struct, frozen=True):
    """What a rotation did."""

    key: str
    #: rows sealed anew
    rows: int
    retired: tuple[str, ...]
    #: column → rows that could not be opened: their key is lost, or they were changed
    lost: dict[str, int]


class _Plan:
    """The statements of one column."""

    def __init__(self, of: SealedColumn) -> None:
        begins = func.substr(of.column, 1, _HEAD)
        filled = func.length(of.column) > 0
        self.of = of
        self.page = Statement(
            select(of.key.label("key"), of.table.c.site.label("site"), of.column.label("sealed"))
            .where(filled, begins != bindparam("newest"), of.key > bindparam("after"))
            .order_by(of.key)
            .limit(PORTION)
        )
        self.first = Statement(
            select(of.key.label("key"), of.table.c.site.label("site"), of.column.label("sealed"))
            .where(filled, begins != bindparam("newest"))
            .order_by(of.key)
            .limit(PORTION)
        )
        self.keys = Statement(
            select(begins.label("head"), func.count().label("there")).where(filled).group_by(begins)
        )
        self.put = Statement(
            update(of.table)
            .where(of.key == bindparam("b_key"), of.column == bindparam("b_was"))
            .values({of.column: bindparam("b_now")})
        )

    def put_all(self, tx: Tx, rows: Sequence[Anew]) -> int:
        """Command: write what nobody changed meanwhile; how many those were."""
        return sum(tx.run(self.put, b_key=row.key, b_was=row.was, b_now=row.now) for row in rows)


def keys_used(q: Query, columns: Sequence[SealedColumn]) -> dict[str, dict[str, int]]:
    """Column → id of a key → rows that it sealed."""
    used: dict[str, dict[str, int]] = {}
    for column in columns:
        rows = q.rows(_Plan(column).keys)
        used[column.name] = {bytes(row.head)[1:].hex(): int(row.there) for row in rows}
    return used


async def rotate(
    ledger: Ledger,
    vault: Vault,
    columns: Sequence[SealedColumn],
    *,
    actor: str,
    settle_s: float = SETTLE_S,
    told: Callable[[str], None] = lambda _text: None,
) -> Rotated:
    """Seal everything anew with a new key, or go on with that; then put the older keys aside.

    A key that sealed something which cannot be opened stays where it is.
    """
    if len(vault.key_ids()) == 1:
        vault.new_key()
    newest = vault.key_id
    done = 0
    lost: Counter[str] = Counter()
    for last in (False, True):
        if last:
            await ledger.clock.sleep(settle_s)
        lost = Counter()
        for column in columns:
            changed, failed = await _column(ledger, vault, _Plan(column), newest, actor)
            done += changed
            if failed:
                lost[column.name] = failed
            told(f"{column.name}: {changed}")
    used = await ledger.read(keys_used, columns)
    still = {key for keys in used.values() for key in keys}
    retired = tuple(key for key in vault.key_ids() if key != newest and key not in still)
    for key in retired:
        await asyncio.to_thread(vault.retire, key)
    fact = KeyChanged(newest, retired, done)
    await ledger.run(_changed, fact, site=0, actor=actor)
    return Rotated(newest, done, retired, dict(lost))


async def _column(
    ledger: Ledger, vault: Vault, plan: _Plan, newest: str, actor: str
) -> tuple[int, int]:
    """How many rows were sealed anew, and how many could not be opened."""
    after: Any = None
    changed = failed = 0
    while True:
        rows = await ledger.read(_page, plan, newest, after)
        if not rows:
            return changed, failed
        after = rows[-1].key
        sites: dict[int, list[Anew]] = {}
        for row in rows:
            try:
                text, field = _opened(vault, bytes(row.sealed), plan.of.fields)
            except CannotOpen:
                failed += 1
                continue
            anew = Anew(row.key, bytes(row.sealed), vault.seal(text, field))
            sites.setdefault(row.site, []).append(anew)
        for site, found in sites.items():
            changed += await ledger.run(plan.put_all, found, site=site, actor=actor)


def _page(q: Query, plan: _Plan, newest: str, after: object) -> list[Any]:
    head = of_key(newest)
    if after is None:
        return q.rows(plan.first, newest=head)
    return q.rows(plan.page, newest=head, after=after)


def _opened(vault: Vault, sealed: bytes, fields: tuple[str, ...]) -> tuple[str, str]:
    """The text, and the one of the fields that it is."""
    for field in fields[:-1]:
        try:
            return vault.open(sealed, field), field
        except CannotOpen as error:
            if error.reason == "key-lost":
                raise
    return vault.open(sealed, fields[-1]), fields[-1]


def _changed(tx: Tx, fact: KeyChanged) -> None:
    tx.append(fact)

"""Rows of configuration that are known by a key within their site: made, changed where they
differ, and told as a change with before and after. Which rows, commands/sites.py says.
"""

from typing import Any

import msgspec
from sqlalchemy import Table, and_, bindparam, insert, select, update

from turnero.queue.facts import Change
from turnero.store.sql import Statement
from turnero.store.tx import Tx

Values = dict[str, Any]

#: columns whose text is JSON
_JSON = frozenset(
    {
        "names",
        "public_names",
        "requirements",
        "hours",
        "starts",
        "languages",
        "settings",
        "planned",
        "classes",
        "path",
        "where_to",
        "callbacks",
    }
)


class KeyedRows:
    """One table's rows of a site, by key: what there is, and how to make it as described."""

    def __init__(self, table: Table, columns: tuple[str, ...], made: Values) -> None:
        self._columns = columns
        self._made = made
        own = [table.c.id, table.c.key, *(table.c[name] for name in columns)]
        of = table.c.site == bindparam("site")
        if "kind" in made:
            of = and_(of, table.c.kind == made["kind"])
        self._all = Statement(select(*own).where(of))
        self._new = Statement(
            insert(table)
            .values({name: bindparam(name) for name in ("site", "key", *columns, *made)})
            .returning(table.c.id)
        )
        self._set = Statement(
            update(table)
            .where(table.c.id == bindparam("b_id"))
            .values({name: bindparam(f"b_{name}") for name in columns})
        )

    def all(self, tx: Tx) -> dict[str, tuple[int, Values]]:
        """Each key with its id and values."""
        return {
            row.key: (row.id, {name: getattr(row, name) for name in self._columns})
            for row in tx.rows(self._all, site=tx.site)
        }

    def put(
        self, tx: Tx, what: str, key: str, there: tuple[int, Values] | None, wanted: Values
    ) -> tuple[int, list[Change]]:
        """Make it so; the id, and the change if there was any."""
        if there is None:
            (made,) = tx.rows(self._new, site=tx.site, key=key, **self._made, **wanted)
            return made.id, [Change(what, key, None, plain(wanted))]
        row_id, values = there
        differs = {name for name in self._columns if values[name] != wanted[name]}
        if not differs:
            return row_id, []
        tx.run(self._set, b_id=row_id, **{f"b_{name}": wanted[name] for name in self._columns})
        before = plain({name: values[name] for name in differs})
        after = plain({name: wanted[name] for name in differs})
        return row_id, [Change(what, key, before, after)]


def json_of(value: object) -> str:
    """JSON text that is the same for the same value."""
    return msgspec.json.encode(value, order="deterministic").decode()


def plain(values: Values) -> Values:
    """Values as a fact tells them: JSON columns as what they hold."""
    return {
        name: msgspec.json.decode(value) if name in _JSON and value is not None else value
        for name, value in sorted(values.items())
    }

"""Core statements compiled once per dialect, and the small reading interface over them.

Compiling a Core statement costs four times as much as running it, so each one is
compiled at its first use and then goes straight to the driver's cursor. The price: no
result processing, therefore only plain column types (integers, text, bytes).
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any, Final, Literal, Protocol, cast

from sqlalchemy import Dialect as SqlDialect
from sqlalchemy.engine import make_url
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.elements import ClauseElement

Dialect = Literal["sqlite", "postgresql"]

_DRIVERS: Final[dict[Dialect, tuple[str, Literal["qmark", "pyformat"]]]] = {
    "sqlite": ("sqlite://", "qmark"),
    "postgresql": ("postgresql+psycopg://", "pyformat"),
}


@cache
def _compiles(dialect: Dialect) -> SqlDialect:
    """SQLAlchemy's own dialect, imported by its name: a start pays for the one that it uses."""
    url, style = _DRIVERS[dialect]
    found: Callable[..., SqlDialect] = make_url(url).get_dialect()
    return found(paramstyle=style)


class Plan:
    """One statement in one dialect: its text, how to bind it, how to name its rows."""

    __slots__ = ("_fixed", "_names", "make", "sql")

    def __init__(
        self, core: ClauseElement, columns: Sequence[str] | None, dialect: Dialect
    ) -> None:
        keys = list(columns) if columns is not None else None
        compiled = cast("SQLCompiler", core.compile(dialect=_compiles(dialect), column_keys=keys))
        self.sql: str = str(compiled)
        #: bind names in order for positional drivers, None where the driver binds by name
        self._names: list[str] | None = (
            list(compiled.positiontup or []) if dialect == "sqlite" else None
        )
        #: values written into the statement itself, such as `state == 'waiting'`
        self._fixed: dict[str, Any] = {
            name: bind.value for name, bind in compiled.binds.items() if not bind.required
        }
        self.make: Callable[[Iterable[Any]], Any] = _row_maker(core)

    def bind(self, params: dict[str, Any]) -> Sequence[Any] | dict[str, Any]:
        """The driver's arguments for these parameters; a missing one is a `KeyError`."""
        if self._fixed:
            params = {**self._fixed, **params}
        if self._names is None:
            return params
        return [params[name] for name in self._names]


def _row_maker(core: ClauseElement) -> Callable[[Iterable[Any]], Any]:
    exported = getattr(core, "exported_columns", None)
    if not exported:
        return tuple
    names = [column.key or column.name for column in exported]
    row: Any = namedtuple("Row", names, rename=True)  # type: ignore[misc]  # noqa: PYI024 - fields known only here
    return cast("Callable[[Iterable[Any]], Any]", row._make)


class Statement:
    """A Core statement, compiled at its first use in each dialect.

    `columns` limits which columns an `insert(table)` or `update(table)` without
    `.values()` binds. Bound names are those of `bindparam("…")`.
    """

    __slots__ = ("_columns", "_plans", "core")

    def __init__(self, core: ClauseElement, columns: Sequence[str] | None = None) -> None:
        self.core = core
        self._columns = columns
        self._plans: dict[str, Plan] = {}

    def plan(self, dialect: Dialect) -> Plan:
        """This statement in that dialect."""
        found = self._plans.get(dialect)
        if found is None:
            found = self._plans[dialect] = Plan(self.core, self._columns, dialect)
        return found


class Query(Protocol):
    """What code that only reads sees: a command's transaction, or a reader's snapshot."""

    def rows(self, statement: Statement, /, **params: Any) -> list[Any]:
        """All rows, as named tuples named by the selected columns' labels."""
        ...

    def row(self, statement: Statement, /, **params: Any) -> Any | None:
        """The first row, or None."""
        ...

"""Puts refusals and lists into words for the command line, in English: it is the technicians' tool."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from turnero.server.accounts.slice import PROBLEMS
from turnero.store.errors import Refused
from turnero.web.languages import translator
from turnero.web.problem_texts import TEXTS
from turnero.web.problems import problem_of, text_of


def sentence(error: Refused) -> str:
    """A refusal's title and detail, as the pages say it."""
    # Imported for a refusal alone: the printer's pages come with it.
    from turnero.printer.slice import PROBLEMS as OF_PRINTERS  # noqa: PLC0415

    texts = {**TEXTS, **PROBLEMS, **OF_PRINTERS}
    title, detail = text_of(problem_of(error), texts, translator("en"))
    return detail if detail.startswith(title) else f"{title}. {detail}"


def table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> str:
    """Rows as aligned columns; `…_ms` as local hours."""
    cells = [[column.removesuffix("_ms") for column in columns]]
    cells += [[_cell(column, row.get(column)) for column in columns] for row in rows]
    widths = [max(len(line[n]) for line in cells) for n in range(len(columns))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip()
        for line in cells
    )


def _cell(column: str, value: Any) -> str:
    if value is None:
        return "-"
    if column.endswith("_ms"):
        return datetime.fromtimestamp(value / 1000, UTC).astimezone().strftime("%Y-%m-%d %H:%M")
    return str(value)

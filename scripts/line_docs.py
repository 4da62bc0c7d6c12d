"""Writes the tables of docs/line.md from the code: the moves of a ticket and the refusals.

`python -m scripts.line_docs` after a change of either; a test compares.
"""

import re
from pathlib import Path

from turnero.queue.refusals import CODES
from turnero.queue.states import MOVES, UNDOABLE, State

DOCUMENT = Path(__file__).resolve().parent.parent / "docs" / "line.md"
_BLOCK = "<!-- {name} -->\n\n{table}\n\n<!-- /{name} -->"


def moves() -> str:
    """One row a move, one column a state; the cell is the state it leads to."""
    states: list[State | None] = [None, *State]
    heads = ["move", "undo", "(none)", *State]
    rows = [heads, ["---"] * len(heads)]
    for move, ways in MOVES.items():
        undo = "yes" if move in UNDOABLE else ""
        rows.append([f"**{move}**", undo, *(ways.get(state, "") for state in states)])
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def refusals() -> str:
    """One row a refusal, with the figures it carries."""
    rows = [["code", "figures"], ["---", "---"]]
    rows += [[f"`{code}`", ", ".join(figures)] for code, figures in CODES.items()]
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def written(text: str) -> str:
    """The document with its tables as the code has them now."""
    for name, table in (("moves", moves()), ("refusals", refusals())):
        block = _BLOCK.format(name=name, table=table)
        place = re.search(rf"<!-- {name} -->.*?<!-- /{name} -->", text, flags=re.DOTALL)
        if place is None:
            raise ValueError(f"docs/line.md has no place for {name}")
        text = text.replace(place[0], block)
    return text


if __name__ == "__main__":
    DOCUMENT.write_text(written(DOCUMENT.read_text()))

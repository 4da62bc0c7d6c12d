"""docs/line.md says what the code does."""

from scripts import line_docs
from turnero.queue.states import MOVES, State


def test_the_tables_are_those_of_the_code() -> None:
    text = line_docs.DOCUMENT.read_text()
    assert line_docs.written(text) == text, "run: python -m scripts.line_docs"


def test_each_legal_move_is_in_the_table() -> None:
    rows = line_docs.moves().splitlines()
    assert len(rows) == len(MOVES) + 2
    cells = [cell.strip() for row in rows[2:] for cell in row.split("|")[3:]]
    assert sum(cell in set(State) for cell in cells) == sum(len(ways) for ways in MOVES.values())

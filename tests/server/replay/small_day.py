"""A small recorded day for tests: three queues of one office, two of which want the same prefix."""

from pathlib import Path

from turnero.server.traces import COLUMNS

OFFICE = "Centro"
DAY = "2020-01-13"

#: minute, desks, waiting, called
QUEUES: dict[tuple[str, str], list[tuple[int, int, int, int]]] = {
    ("101", "A"): [(480, 1, 3, 1), (485, 2, 6, 4), (490, 2, 2, 11), (495, 0, 0, 13)],
    # the letter is never printed, since it reads as a one
    ("102", "I"): [(480, 1, 0, 1), (485, 1, 5, 2), (490, 1, 3, 6), (495, 1, 1, 8)],
    # nobody is at the desk while somebody is called, and more leave than are called
    ("103", "A"): [(482, 0, 4, 7), (487, 0, 3, 9), (492, 1, 0, 10), (497, 1, 2, 11)],
}


def rows() -> list[str]:
    """The lines of the file, header first."""
    lines = [",".join(COLUMNS)]
    for (queue, prefix), seen in QUEUES.items():
        for minute, desks, waiting, called in seen:
            lines.append(f"{OFFICE},{DAY},{queue},{prefix},{minute},{desks},{waiting},{called},7")
    return lines


def write(folder: Path, lines: list[str] | None = None) -> Path:
    """The file; other lines when given."""
    path = folder / "traces.csv"
    path.write_text("\n".join(lines if lines is not None else rows()) + "\n", "utf-8")
    return path

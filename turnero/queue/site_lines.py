"""On which line of a TOML text a key stands, so that an error can be found in an editor.

Pure, and for well-formed TOML only: `tomllib` has read it before. It knows tables, arrays of
tables, dotted and quoted keys, and skips over texts and values that take several lines.
"""

import re
from collections.abc import Iterator
from typing import Final

Path = tuple[str | int, ...]

_PART: Final = re.compile(
    r"""\s*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+))\s*(\.|=|\]|$)"""
)
_STEP: Final = re.compile(r"\[(\d+)\]|([^.\[\]]+)|\[\.\.\.\]")
#: texts and comments, within which no bracket counts
_SKIPPED: Final = re.compile(
    r'''"""(?:[^\\]|\\.)*?"""|'{3}.*?'{3}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'|#[^\n]*''',
    re.DOTALL,
)
_SYNTAX: Final = re.compile(r"\(at line (\d+), column \d+\)")


def line_of(source: str, key: str) -> int | None:
    """The line, from 1, of a key such as "service[3].hours.mon", or of the nearest table above
    it that the text has; None where it has none.
    """
    wanted = path_of(key)
    places = dict(_places(source))
    for length in range(len(wanted), 0, -1):
        if wanted[:length] in places:
            return places[wanted[:length]]
    return None


def line_of_syntax(message: str) -> int | None:
    """The line that tomllib's own error names."""
    found = _SYNTAX.search(message)
    return int(found[1]) if found else None


def path_of(key: str) -> Path:
    """The steps of a key as errors write it."""
    return tuple(
        int(found[1]) if found[1] else found[2]
        for found in _STEP.finditer(key)
        if found[0] != "[...]"
    )


def _places(source: str) -> Iterator[tuple[Path, int]]:
    """Every key with its line; an inline table's keys are found at its own."""
    table: Path = ()
    counts: dict[Path, int] = {}
    blank = _SKIPPED.sub(_without, source).split("\n")
    lines = source.split("\n")
    open_brackets = 0
    for number, (text, bare) in enumerate(zip(lines, blank, strict=True), 1):
        if open_brackets == 0:
            stripped = bare.strip()
            if stripped.startswith("["):
                many = stripped.startswith("[[")
                steps = _steps(text.strip()[2 if many else 1 :])
                table = _inside(steps, counts)
                if many:
                    counts[table] = counts.get(table, -1) + 1
                    yield from _first(table, number, counts)
                    table = (*table, counts[table])
                yield table, number
                continue
            if "=" in stripped or "=" in text:
                steps = _steps(text)
                for length in range(1, len(steps) + 1):
                    yield (*table, *steps[:length]), number
        open_brackets += sum(bare.count(char) for char in "[{") - sum(
            bare.count(char) for char in "]}"
        )


def _first(table: Path, number: int, counts: dict[Path, int]) -> Iterator[tuple[Path, int]]:
    if counts[table] == 0:
        yield table, number


def _inside(steps: tuple[str, ...], counts: dict[Path, int]) -> Path:
    """A header's steps, with the number of the latest table where one is an array of tables."""
    path: Path = ()
    for place, step in enumerate(steps):
        path = (*path, step)
        if place < len(steps) - 1 and path in counts:
            path = (*path, counts[path])
    return path


def _steps(text: str) -> tuple[str, ...]:
    """The parts of a header or of what stands before "="."""
    steps: list[str] = []
    at = 0
    while (found := _PART.match(text, at)) is not None:
        steps.append(next(part for part in found.groups()[:3] if part is not None))
        at = found.end()
        if found[4] != ".":
            break
    return tuple(steps)


def _without(found: re.Match[str]) -> str:
    """The same lines with nothing in them: texts of several lines keep their line ends, and
    count as brackets that no line between them closes.
    """
    ends = found[0].count("\n")
    return "{" + "\n" * ends + "}" if ends else "_" * (not found[0].startswith("#"))

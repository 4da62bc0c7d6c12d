"""A list of people as CSV: which columns it has, and which of its lines cannot be used and why.

Pure but for what reads and seals numbers. A refused line is named by its place, never by its number.
"""

import codecs
import csv
import io
from typing import Final, NamedTuple

from turnero.queue.telephones import Telephones
from turnero.queue.text import visible
from turnero.store.errors import Invalid
from turnero.store.vault import Sealed

#: lines of a list, at most, and bytes
MOST: Final = 2_000
MOST_BYTES: Final = 1_000_000
_LONGEST: Final = 200
#: what a column may be called → what it is
_COLUMNS: Final = {
    "numero": "number", "número": "number", "number": "number", "telefono": "number",
    "teléfono": "number", "phone": "number", "celular": "number", "telefone": "number",
    "nombre": "name", "name": "name", "nome": "name",
    "idioma": "language", "language": "language",
    "nota": "note", "note": "note",
}  # fmt: skip


class Person(NamedTuple):
    """A line that can be used."""

    phone: Sealed
    name: bytes | None
    language: str | None
    note: str | None


class RefusedLine(NamedTuple):
    """A line that cannot, with the code of why (`phone-…`, `list-twice`)."""

    line: int
    code: str


class Listed(NamedTuple):
    """What a list holds."""

    people: list[Person]
    refused: list[RefusedLine]


def read(
    raw: bytes,
    telephones: Telephones,
    profile: str,
    regions: tuple[str, ...],
    languages: tuple[str, ...],
) -> Listed:
    """The list. Raises `Invalid` (`list-…`) where it cannot be read as one at all."""
    if len(raw) > MOST_BYTES:
        raise Invalid("list-large", most=MOST)
    header, lines = _columns(_text(raw))
    if len(lines) > MOST:
        raise Invalid("list-large", most=MOST)
    people: list[Person] = []
    refused: list[RefusedLine] = []
    seen: set[str] = set()
    for place, cells in lines:
        given = _given(header, cells)
        try:
            phone = telephones.seal(given.get("number", ""), profile, regions)
        except Invalid as wrong:
            refused.append(RefusedLine(place, wrong.code))
            continue
        if phone.index in seen:
            refused.append(RefusedLine(place, "list-twice"))
            continue
        seen.add(phone.index)
        name, language = given.get("name"), given.get("language", "").lower()
        people.append(
            Person(
                phone,
                None if name is None else telephones.seal_name(name),
                language if language in languages else None,
                given.get("note"),
            )
        )
    if not people and not refused:
        raise Invalid("list-empty")
    return Listed(people, refused)


def _text(raw: bytes) -> str:
    """The characters, as spreadsheets save them: UTF-8 or UTF-16 that says so, else Windows' own."""
    if raw.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return raw.decode("utf-16", "replace")
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")


def _columns(text: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """What each column is, and the lines that have anything in them, by their place in the file.

    A quotation mark that is never closed would swallow the people after it, so it is refused.
    """
    first = text.partition("\n")[0]
    separator = max(",;\t", key=first.count)
    # With line ends of any sort, also of an old Macintosh.
    reader = csv.reader(io.StringIO(text, newline=None), delimiter=separator, strict=True)
    lines: list[tuple[int, list[str]]] = []
    place = 0
    try:
        for place, cells in enumerate(reader, 1):
            if any(cell.strip() for cell in cells):
                lines.append((place, cells))
    except csv.Error:
        raise Invalid("list-unreadable", line=place + 1) from None
    if lines and lines[0][1][0].lower().startswith("sep="):
        del lines[0]
    header = [_COLUMNS.get(one.strip().lower(), "") for one in lines[0][1]] if lines else []
    if "number" not in header:
        raise Invalid("list-columns")
    return header, lines[1:]


def _given(header: list[str], cells: list[str]) -> dict[str, str]:
    """The cells by what they are, in one line each; of columns that are the same the first filled one."""
    given: dict[str, str] = {}
    for what, cell in zip(header, cells, strict=False):
        words = visible(" ".join(cell.split()))[:_LONGEST].strip()
        if words:
            given.setdefault(what, words)
    return given

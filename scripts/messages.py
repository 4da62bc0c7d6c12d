"""The catalogues' upkeep: finds every msgid in code and templates, adds what a catalogue lacks.

`python -m scripts.messages` adds empty entries and says what has no translation;
`--check` changes nothing and fails when something is missing; `--prune` also removes
entries that nothing uses. It translates nothing.
"""

import argparse
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import jinja2.ext
from babel.messages import Catalog, Message
from babel.messages.extract import extract
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "turnero"
LOCALE = PACKAGE / "web" / "locale"

#: catalogues that must have every msgid; es_CO holds only what differs, qu waits for review
WHOLE = ("es", "pt")
FILLED = (*WHOLE, "qu")
KEYWORDS: dict[str, Any] = {"_": None, "gettext": None, "mark": None, "ngettext": (1, 2)}

Id = str | tuple[str, str]
Used = dict[str, dict[Id, str]]


def _found(path: Path) -> Iterator[tuple[int, Id]]:
    with path.open("rb") as file:
        method: Any = "python" if path.suffix == ".py" else jinja2.ext.babel_extract
        options: Mapping[str, Any] = (
            {} if path.suffix == ".py" else {"trimmed": "true", "silent": "false"}
        )
        for line, msgid, _comments, _context in extract(method, file, KEYWORDS, (), options):
            if isinstance(msgid, tuple):
                yield line, (msgid[0], msgid[1])
            elif msgid:
                yield line, msgid


def used() -> Used:
    """Room -> msgid -> where it is used first. What the web already says is not said again."""
    rooms: Used = {}
    folders = sorted(path for path in PACKAGE.iterdir() if path.is_dir())
    folders.sort(key=lambda path: path.name != "web")
    for folder in folders:
        here: dict[Id, str] = {}
        for path in sorted(folder.rglob("*")):
            template = path.suffix in (".html", ".txt") and "templates" in path.parts
            if (path.suffix == ".py" or template) and "vendor" not in path.parts:
                place = path.relative_to(ROOT)
                try:
                    for line, msgid in _found(path):
                        here.setdefault(msgid, f"{place}:{line}")
                except Exception as error:
                    error.add_note(f"while reading {place}")
                    raise
        shared = rooms.get("web", {})
        mine = {msgid: where for msgid, where in here.items() if msgid not in shared}
        if mine:
            rooms[folder.name] = mine
    return rooms


def load(language: str, room: str) -> Catalog:
    """A room's catalogue; empty when there is none yet."""
    path = LOCALE / language / f"{room}.po"
    if not path.exists():
        return Catalog(locale=language)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def ids(catalog: Catalog) -> dict[Id, Message]:
    """The entries of a catalogue by msgid."""
    found: dict[Id, Message] = {}
    for message in catalog:
        if message.id:
            key = message.id if isinstance(message.id, str) else (message.id[0], message.id[1])
            found[key] = message
    return found


def translated(message: Message) -> bool:
    """Whether an entry says something."""
    said = message.string
    return bool(said) if isinstance(said, str) else bool(said) and all(said or ())


def save(catalog: Catalog, language: str, room: str) -> None:
    """Write it sorted, without dates and places, so that two writers seldom meet."""
    path = LOCALE / language / f"{room}.po"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as file:
        write_po(file, catalog, width=0, no_location=True, omit_header=True, sort_output=True)


def missing(language: str, rooms: Used) -> list[str]:
    """What this catalogue does not say, with the place that needs it."""
    lacks: list[str] = []
    for room, msgids in rooms.items():
        has = ids(load(language, room))
        for msgid, where in msgids.items():
            if msgid not in has or not translated(has[msgid]):
                lacks.append(f"{language}/{room}.po: {msgid!r} ({where})")
    return lacks


def update(rooms: Used, *, prune: bool) -> None:
    """Add empty entries; with `prune` remove what nothing uses."""
    for language in FILLED:
        for room, msgids in rooms.items():
            catalog = load(language, room)
            has = ids(catalog)
            for msgid in msgids:
                if msgid not in has:
                    catalog.add(msgid)
            for msgid in has:
                if prune and msgid not in msgids:
                    catalog.delete(msgid)
            save(catalog, language, room)


def main() -> int:
    """See the module."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--check", action="store_true", help="change nothing; fail if one is missing"
    )
    parser.add_argument("--prune", action="store_true", help="remove entries that nothing uses")
    given = parser.parse_args()
    rooms = used()
    if not given.check:
        update(rooms, prune=given.prune)
    lacks = [line for language in WHOLE for line in missing(language, rooms)]
    for line in lacks:
        print(line)
    print(f"{sum(map(len, rooms.values()))} sentences, {len(lacks)} translations missing")
    return 1 if lacks and given.check else 0


if __name__ == "__main__":
    sys.exit(main())

"""Read a site's description from TOML; errors name the key and say what to do.

Pure: text in, a checked `SiteFile` out. commands/sites.py turns it into rows.
"""

import re
import tomllib
from typing import Any

import msgspec

from turnero.queue import text
from turnero.queue.site_breaches import Breach, wrong
from turnero.queue.site_lines import line_of, line_of_syntax
from turnero.queue.site_paper import MOST_LOGO
from turnero.queue.site_rules import check
from turnero.queue.site_shape import SiteFile
from turnero.store.errors import Invalid

#: longest text in the file: a line of requirements
_LONGEST = 400
#: texts that are no words, and longer
_LONGER = {"ticket.logo": MOST_LOGO}


def decode(source: str) -> SiteFile:
    """The checked description; for the first thing wrong a `Breach` with the code "site-file-line"
    (line, key, what), or "site-file" where no line of the text can be named.
    """
    try:
        raw = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        line = line_of_syntax(str(error))
        raise at_line(wrong("file", "file-unreadable", why=str(error)), line) from None
    try:
        file = _checked(raw)
    except Breach as error:
        raise at_line(error, line_of(source, error.key)) from None
    return file


def checked(file: SiteFile) -> SiteFile:
    """The same description as if it had been read from a file; a `Breach` for what is wrong."""
    return _checked(msgspec.to_builtins(file))


def _checked(raw: dict[str, Any]) -> SiteFile:
    try:
        file = msgspec.convert(_readable(raw, ""), SiteFile)
    except msgspec.ValidationError as error:
        raise _shape(error) from None
    check(file)
    return file


def at_line(error: Breach, line: int | None) -> Breach:
    """The same breach, with the line of the text at which it stands."""
    if line is None:
        return error
    error.code, error.params = "site-file-line", {"line": line, **error.params}
    return error


def _readable(value: Any, path: str) -> Any:
    """The same with every text composed and trimmed; hidden characters are refused."""
    if isinstance(value, dict):
        return {
            key: _readable(item, f"{path}.{key}" if path else key) for key, item in value.items()
        }
    if isinstance(value, list):
        return [_readable(item, f"{path}[{n}]") for n, item in enumerate(value)]
    if not isinstance(value, str):
        return value
    longest = _LONGER.get(path, _LONGEST)
    try:
        return text.name(value, path, longest=longest)
    except Invalid as error:
        if error.code == "text-too-long":
            raise wrong(path, "text-long", most=longest) from None
        raise wrong(path, "text-hidden") from None


def _shape(error: msgspec.ValidationError) -> Breach:
    """The message of msgspec with the place first: "Expected `str`, got `int` - at `$.site.key`"."""
    message, _, at = str(error).partition(" - at ")
    # A wrong key of a table reads "at `key` in `$.site.hours`".
    place = at.rpartition("`$")[2].strip("`").removeprefix(".")
    missing = re.search(r"missing required field `(\w+)`", message)
    if missing:
        return wrong(".".join(filter(None, (place, missing[1]))), "missing")
    extra = re.search(r"contains unknown field `(\w+)`", message)
    if extra:
        return wrong(".".join(filter(None, (place, extra[1]))), "not-known")
    return wrong(place or "file", "shape", why=message)

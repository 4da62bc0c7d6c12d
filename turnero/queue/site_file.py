"""Read a site's description from TOML; errors name the key and say what to do.

Pure: text in, a checked `SiteFile` out. commands/sites.py turns it into rows.
"""

import re
import tomllib
from typing import Any

import msgspec

from turnero.queue import text
from turnero.queue.refusals import invalid
from turnero.queue.site_lines import line_of, line_of_syntax
from turnero.queue.site_rules import check, wrong
from turnero.queue.site_shape import SiteFile
from turnero.store.errors import Invalid

#: longest text in the file: a line of requirements
_LONGEST = 400


def decode(source: str) -> SiteFile:
    """The checked description; for the first thing wrong `Invalid` with the code "site-file-line"
    (line, key, what), or "site-file" where no line of the text can be named.
    """
    try:
        raw = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        line = line_of_syntax(str(error))
        raise at_line(wrong("file", f"is not TOML: {error}"), line) from None
    try:
        file = _checked(raw)
    except Invalid as error:
        raise at_line(error, line_of(source, str(error.params["key"]))) from None
    return file


def _checked(raw: dict[str, Any]) -> SiteFile:
    try:
        file = msgspec.convert(_readable(raw, ""), SiteFile)
    except msgspec.ValidationError as error:
        raise _shape(error) from None
    check(file)
    return file


def at_line(error: Invalid, line: int | None) -> Invalid:
    """The same breach, with the line of the text at which it stands."""
    if line is None:
        return error
    return invalid("site-file-line", line=line, **error.params)


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
    try:
        return text.name(value, path, longest=_LONGEST)
    except Invalid as error:
        if error.code == "text-too-long":
            raise wrong(path, f"is longer than {_LONGEST} characters: shorten it") from None
        raise wrong(
            path, "holds control characters or direction marks: type it again by hand"
        ) from None


def _shape(error: msgspec.ValidationError) -> Invalid:
    """The message of msgspec with the place first: "Expected `str`, got `int` - at `$.site.key`"."""
    message, _, at = str(error).partition(" - at ")
    # A wrong key of a table reads "at `key` in `$.site.hours`".
    place = at.rpartition("`$")[2].strip("`").removeprefix(".")
    missing = re.search(r"missing required field `(\w+)`", message)
    if missing:
        return wrong(".".join(filter(None, (place, missing[1]))), "is missing: add it")
    extra = re.search(r"contains unknown field `(\w+)`", message)
    if extra:
        return wrong(
            ".".join(filter(None, (place, extra[1]))), "is not known here: remove or correct it"
        )
    return wrong(place or "file", message)

"""A kind of thing that a site has several of, as one edits it: how a part that was made, changed,
moved or taken out is put back into the description.

Pure. Which kinds there are and what can be filled in is parts.py.
"""

import re
import unicodedata
from typing import Any

import msgspec
from msgspec.structs import replace

from turnero.admin.fields import (
    Field,
    Given,
    Values,
    own_name,
)
from turnero.queue.site_devices import PARTS
from turnero.queue.site_shape import (
    DeskPart,
    SiteFile,
    TicketPart,
)
from turnero.store.errors import NotFound


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One kind of thing in a site, of which there are several."""

    #: in addresses
    key: str
    #: of `SiteFile`, and of errors' keys
    part: str
    shape: type[Any]
    #: msgids
    title: str
    about: str
    new: str
    icon: str
    fields: tuple[Field, ...]
    #: whether their order means something
    ordered: bool = False
    #: attribute by which a part is known
    by: str = "key"

    def parts(self, file: SiteFile) -> tuple[Any, ...]:
        """The parts that there are."""
        found: tuple[Any, ...] = getattr(file, self.part)
        return found

    def find(self, file: SiteFile, item: str) -> Any:
        """One part. Raises `NotFound`."""
        for one in self.parts(file):
            if getattr(one, self.by) == item:
                return one
        raise NotFound("part-unknown")

    def place(self, file: SiteFile, item: str) -> int:
        """Where it is among them."""
        return self.parts(file).index(self.find(file, item))

    def name(self, part: Any, file: SiteFile, language: str = "") -> str:
        """What a part is called."""
        name: str | dict[str, str] = part.name
        if isinstance(name, dict):
            return own_name(name, file, language)
        return name or str(getattr(part, self.by))

    def saved(self, file: SiteFile, item: str | None, given: Given) -> SiteFile:
        """The description with this part as it was typed; `item` None makes one."""
        old = None if item is None else self.find(file, item)
        values: Values = {}
        for field in self.fields:
            values |= field.take(given, old, file)
        if old is not None:
            return self._with(
                file,
                tuple(replace(old, **values) if one is old else one for one in self.parts(file)),
            )
        if self.by == "key":
            values["key"] = self._fresh_key(file, values)
        return self._with(file, (*self.parts(file), self.shape(**values)))

    def removed(self, file: SiteFile, item: str) -> SiteFile:
        """The description without this part, and without what named it."""
        gone = self.find(file, item)
        left = self._with(file, tuple(one for one in self.parts(file) if one is not gone))
        if self.part == "service":
            paths = tuple(
                replace(one, path=tuple(key for key in one.path if key != item))
                for one in left.service
            )
            desks = tuple(_without(desk, item) for desk in left.desk)
            return replace(left, service=paths, desk=desks)
        if self.part == "printer":
            kiosks = tuple(
                replace(one, printer=None) if one.printer == item else one for one in left.kiosk
            )
            # What tickets say is kept with the printers: without any, nothing of it is left.
            paper = left.ticket if left.printer else TicketPart()
            return replace(left, kiosk=kiosks, ticket=paper)
        if self.part == "desk":
            signs = tuple(replace(one, desk=None) if one.desk == item else one for one in left.sign)
            return replace(left, sign=signs)
        if self.part == "box":
            hosted: dict[str, Any] = {
                kind: tuple(
                    replace(one, box=None) if one.box == item else one
                    for one in getattr(left, kind)
                )
                for kind, shape in PARTS.items()
                if "box" in shape.__struct_fields__
            }
            return replace(left, **hosted)
        return left

    def moved(self, file: SiteFile, item: str, by: int) -> SiteFile:
        """The description with this part so many places further down; a service stays beside
        those of its own group.
        """
        parts = list(self.parts(file))
        at = self.place(file, item)
        parent = getattr(parts[at], "parent", None)
        beside = [n for n, one in enumerate(parts) if getattr(one, "parent", None) == parent]
        to = beside.index(at) + by
        if not 0 <= to < len(beside):
            return file
        other = beside[to]
        parts[at], parts[other] = parts[other], parts[at]
        if self.part == "attention":
            parts = [replace(one, rank=None) for one in parts]
        return self._with(file, tuple(parts))

    def _with(self, file: SiteFile, parts: tuple[Any, ...]) -> SiteFile:
        return replace(file, **{self.part: parts})

    def _fresh_key(self, file: SiteFile, values: Values) -> str:
        name = values["name"]
        words = own_name(name, file) if isinstance(name, dict) else name
        taken = {one.key for one in self.parts(file)}
        stem = slug(words) or self.part
        if self.part == "desk" and (number := re.search(r"\d+$", words)):
            stem = number[0] if number[0] not in taken else stem
        candidates = (stem, *(f"{stem[:36]}-{n}" for n in range(2, len(taken) + 3)))
        return next(key for key in candidates if key not in taken)


def slug(words: str) -> str:
    """A key out of a name: small letters, digits and hyphens."""
    plain = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:40].strip("-")


def _without(desk: DeskPart, service: str) -> DeskPart:
    return replace(
        desk,
        primary=tuple(key for key in desk.primary if key != service),
        overflow=tuple(key for key in desk.overflow if key != service),
    )

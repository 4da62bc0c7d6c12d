"""What a fact is: a small typed record of something that happened, in the past tense.

Rooms define their facts by subclassing `Fact` with a tag; the journal keeps them as JSON.
Facts hold identifiers and figures only: no names, documents, phones, comments or secrets.
"""

from typing import ClassVar

import msgspec


class Fact(msgspec.Struct, frozen=True, tag_field="kind", omit_defaults=True):
    """The base of every fact. Each subclass gives `tag="kebab-case"`, never reused or changed."""

    kinds: ClassVar[dict[str, type["Fact"]]] = {}

    @property
    def tag(self) -> str:
        """The tag under which the journal keeps this fact."""
        return str(self.__struct_config__.tag)


def register(*facts: type[Fact]) -> None:
    """Make these facts decodable. A tag that stands for something else already is an error."""
    for fact in facts:
        tag = str(fact.__struct_config__.tag)
        if Fact.kinds.setdefault(tag, fact) is not fact:
            msg = f"two facts share the tag {tag!r}"
            raise TypeError(msg)


class ClockJumped(Fact, frozen=True, tag="clock-jumped"):
    """The wall clock moved against the line clock by this much (positive: forward)."""

    by_ms: int


register(ClockJumped)

_encoder = msgspec.json.Encoder()
encode = _encoder.encode


class Entry(msgspec.Struct, frozen=True):
    """One line of a site's journal."""

    site: int
    seq: int
    #: wall clock, UTC
    at_ms: int
    actor: str
    kind: str
    #: the fact as JSON
    body: bytes

    @property
    def fact(self) -> Fact:
        """The decoded fact; `KeyError` for a kind that no loaded room defines."""
        return msgspec.json.decode(self.body, type=Fact.kinds[self.kind])

"""What the API accepts: the JSON bodies, and how one is read with every wrong field named.

Unknown fields are refused rather than ignored: a misspelt `attension` must not silently make
an ordinary ticket. Which values make sense is the line's business, not this file's.
"""

import re
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Literal, TypeVar

import msgspec
from litestar import Request
from msgspec import Meta, Struct

from turnero.queue.requests import Channel
from turnero.queue.text import MAX_COMMENT, MAX_REASON
from turnero.store.errors import Refused
from turnero.web.forms import BadForm, Wrong, explain
from turnero.web.languages import mark

SITE = Meta(min_length=1, max_length=64, description="Key of the site", examples=["demo"])
SERVICE = Meta(min_length=1, max_length=64, description="Key of the service", examples=["cash"])
DESK = Meta(min_length=3, max_length=129, description="Site's and desk's key", examples=["demo.1"])
#: how long these may be the line says itself, so that the refusal tells the length, too
REASON = Meta(
    extra_json_schema={"minLength": 1, "maxLength": MAX_REASON}, description="In your own words"
)
COMMENT = Meta(extra_json_schema={"maxLength": MAX_COMMENT})
ONWARD = Meta(
    description="Where nobody attends the next step of its path now: wait (for it all the same), "
    "skip (what nobody attends) or end (the path here)"
)
Onward = Literal["wait", "skip", "end"]
_Key = Annotated[str, Meta(max_length=64)]
_Desk = Annotated[str, Meta(max_length=129)]
_Word = Annotated[str, Meta(max_length=40)]


class Body(Struct, frozen=True, forbid_unknown_fields=True):
    """The base of every body."""


class IssueBody(Body, frozen=True):
    """Take a ticket."""

    site: Annotated[str, SITE]
    service: Annotated[str, SERVICE]
    attention: Annotated[
        _Key | None, Meta(description="Attention class; the site's usual one if left out")
    ] = None
    language: Annotated[
        _Word | None, Meta(description="The person's; the site's first if left out")
    ] = None
    channel: Annotated[
        Channel | None, Meta(description="How the person came; by the token's role if left out")
    ] = None
    people: Annotated[int, Meta(ge=1, le=1000, description="Who come on this one number")] = 1
    aids: Annotated[
        tuple[_Word, ...],
        Meta(max_length=8, description="Accessibility aids to carry on to paper and desk"),
    ] = ()
    origin: Annotated[
        Literal["walk-in", "appointment", "callback"],
        Meta(description="Who has an appointment, or asked to be called back, needs `due_at`"),
    ] = "walk-in"
    due_at: Annotated[
        Annotated[datetime, Meta(tz=True)] | None,
        Meta(
            description="When the appointment is, or when the callback was asked for: their place"
            " in line, together with when they came"
        ),
    ] = None


class NoBody(Body, frozen=True):
    """Nothing is asked; an empty object or no body at all."""


class OpenBody(Body, frozen=True):
    """Begin to work at a desk."""

    take_over: Annotated[
        bool, Meta(description="End the session that is in the way, carrying its person along")
    ] = False


class BreakBody(Body, frozen=True):
    """Take a break."""

    reason: Annotated[str, REASON]


class CloseBody(Body, frozen=True):
    """Stop working at a desk."""

    parked: Annotated[
        Literal["leave", "return"] | None,
        Meta(
            description="Of those whom this desk set aside: they stay so, or go back to the line. "
            "Asked for where there are any"
        ),
    ] = None
    line: Annotated[
        Literal["keep"] | None,
        Meta(
            description="Of services that no other desk calls and for which people wait: keep "
            "their lines. Asked for where there are any"
        ),
    ] = None


class NextBody(Body, frozen=True):
    """Finish the one in service, if any, and call whoever is most due."""

    outcome: Annotated[
        _Word | None, Meta(description="Of the one in service, where its service asks for one")
    ] = None
    onward: Annotated[Onward | None, ONWARD] = None


class CallBody(Body, frozen=True):
    """Call this ticket out of turn."""

    desk: Annotated[str, DESK]
    reason: Annotated[str, REASON]
    outcome: _Word | None = None


class FinishBody(Body, frozen=True):
    """End the service."""

    outcome: Annotated[
        _Word | None, Meta(description="attended, referred, incomplete or other")
    ] = None
    onward: Annotated[Onward | None, ONWARD] = None


class SkipBody(Body, frozen=True):
    """Leave a step of the path out."""

    service: Annotated[
        _Key | None,
        Meta(description="One that is to come; the present one if left out", examples=["cash"]),
    ] = None


class AddBody(Body, frozen=True):
    """A step more on the path."""

    service: Annotated[
        _Key | None,
        Meta(description="The present one again if left out", examples=["laboratory"]),
    ] = None
    last: Annotated[bool, Meta(description="After all others; next if left out")] = False


class TransferBody(Body, frozen=True):
    """Send to a service or to a desk: one of the two."""

    service: Annotated[_Key | None, Meta(examples=["laboratory"])] = None
    desk: Annotated[_Desk | None, Meta(examples=["demo.2"])] = None


class RatingBody(Body, frozen=True):
    """Say how it went."""

    question: Annotated[str, Meta(min_length=1, max_length=40, examples=["overall"])]
    version: Annotated[int, Meta(ge=1, le=10_000, description="Of the question's wording")]
    answer: Annotated[
        Annotated[int, Meta(ge=1, le=5)] | Literal["no-answer"],
        Meta(description="1 worst … 5 best, or no-answer", examples=[5]),
    ]
    reasons: Annotated[
        tuple[_Word, ...],
        Meta(max_length=20, description="At most three", examples=[["wait"]]),
    ] = ()
    comment: Annotated[str, COMMENT] | None = None


B = TypeVar("B", bound=Body)

_UNKNOWN = Wrong(mark("There is no such field."))
_OBJECT = Wrong(mark("A JSON object is wanted here."))
_MISSING_FIELD = re.compile(r"missing required field `([^`]*)`")
_UNKNOWN_FIELD = re.compile(r"unknown field `([^`]*)`")
_PATH = re.compile(r" - at `\$\.?([^`]*)`$")


@cache
def _decoder(kind: type[Body]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


async def read_body(request: Request[Any, Any, Any], kind: type[B]) -> B:
    """The request's JSON body. Raises 400 when it is no JSON, else `BadForm` naming the field."""
    raw = await request.body()
    try:
        body: B = _decoder(kind).decode(raw or b"{}")
    except msgspec.ValidationError as error:
        raise BadForm(_wrong(str(error)), {}) from None
    except (msgspec.DecodeError, UnicodeDecodeError):
        raise Refused("request-malformed", 400) from None
    return body


def _wrong(message: str) -> dict[str, Wrong]:
    """The field that msgspec's sentence names, and what is wrong with it."""
    path = found[1] if (found := _PATH.search(message)) else ""
    if (unknown := _UNKNOWN_FIELD.search(message)) is not None:
        return {_joined(path, unknown[1]): _UNKNOWN}
    if (missing := _MISSING_FIELD.search(message)) is not None:
        return {_joined(path, missing[1]): explain(message)}
    if not path:
        return {"body": _OBJECT}
    return {path[:80]: explain(message)}


def _joined(path: str, name: str) -> str:
    return (f"{path}.{name}" if path else name)[:80]

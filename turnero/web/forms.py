"""Browser forms: URL-encoded bodies as typed structs, every wrong field told in one answer.

A form carries the idempotency key that the server wrote into it, so that pressing again
after a lost answer is the same act.
"""

import re
from collections import defaultdict
from collections.abc import Mapping
from functools import cache
from typing import Annotated, Any, TypeVar, get_origin
from urllib.parse import parse_qsl

import msgspec
from litestar import Request
from msgspec import UNSET, Meta, Struct
from msgspec.structs import FieldInfo

from turnero.store.errors import Invalid
from turnero.web import texts
from turnero.web.languages import mark

#: more fields than any of our forms has
_MAX_FIELDS = 200

Key = Annotated[str, Meta(min_length=8, max_length=80, pattern=r"^[A-Za-z0-9_-]+$")]


class Form(Struct, frozen=True, kw_only=True):
    """The base of every form that acts."""

    idempotency_key: Key


F = TypeVar("F", bound=Struct)


class Wrong(Struct, frozen=True):
    """What is wrong with one field: a msgid and its figures."""

    msgid: str
    params: dict[str, str | int] = {}


class BadForm(Invalid):
    """Fields that cannot be accepted. `errors`: field -> what is wrong; `given`: what was typed."""

    def __init__(self, errors: Mapping[str, Wrong], given: Mapping[str, Any]) -> None:
        super().__init__("fields-wrong", fields=", ".join(errors))
        self.errors = errors
        self.given = given


_MISSING = Wrong(mark("Please fill this in."))
_UNREADABLE = Wrong(mark("This text has characters that cannot be read. Please type it again."))
_OTHER = Wrong(mark("This value is not possible here."))
_NUMBER = Wrong(mark("Please write a number."))
_BOUNDS = (
    (re.compile(r"length <= (\d+)"), mark("Please write at most %(limit)s characters.")),
    (re.compile(r"length >= (\d+)"), mark("Please write at least %(limit)s characters.")),
    (re.compile(r"(?:`int`|`float`) <= (-?\d+)"), mark("The most that is possible is %(limit)s.")),
    (re.compile(r"(?:`int`|`float`) >= (-?\d+)"), mark("The least that is possible is %(limit)s.")),
)


def explain(message: str) -> Wrong:
    """What msgspec's sentence about a value means to the person who typed it."""
    for pattern, msgid in _BOUNDS:
        if (found := pattern.search(message)) is not None:
            return Wrong(msgid, {"limit": int(found[1])})
    if "Expected `int" in message or "Expected `float" in message:
        return _NUMBER
    if "missing required field" in message:
        return _MISSING
    return _OTHER


@cache
def _fields(form: type[Struct]) -> tuple[FieldInfo, ...]:
    return msgspec.structs.fields(form)


def _is_list(annotation: Any) -> bool:
    inner = getattr(annotation, "__origin__", annotation)
    return any(get_origin(kind) in (list, tuple, set, frozenset) for kind in (annotation, inner))


def _field(field: FieldInfo, typed: list[str]) -> Any:
    """What was typed, as this field's type; `UNSET` for nothing where nothing is needed.

    Raises `_Rejected`.
    """
    try:
        cleaned = [texts.plain(text, field.name) for text in typed]
    except Invalid:
        raise _Rejected(_UNREADABLE) from None
    many = _is_list(field.type)
    value: Any = cleaned if many else "".join(cleaned[-1:])
    if value in ("", []):
        if field.required:
            raise _Rejected(_MISSING)
        return UNSET
    try:
        return msgspec.convert(value, field.type, strict=False)
    except msgspec.ValidationError as error:
        raise _Rejected(explain(str(error))) from None


class _Rejected(Exception):
    def __init__(self, wrong: Wrong) -> None:
        self.wrong = wrong


def parse(body: bytes, form: type[F]) -> F:
    """The body as this form. Raises `BadForm` with every wrong field."""
    try:
        pairs = parse_qsl(
            body.decode(), keep_blank_values=True, max_num_fields=_MAX_FIELDS, errors="strict"
        )
    except ValueError:
        raise Invalid("form-unreadable") from None
    given: dict[str, list[str]] = defaultdict(list)
    for name, value in pairs:
        given[name].append(value)
    values: dict[str, Any] = {}
    errors: dict[str, Wrong] = {}
    for field in _fields(form):
        try:
            converted = _field(field, given.get(field.encode_name, []))
        except _Rejected as rejected:
            errors[field.name] = rejected.wrong
        else:
            if converted is not UNSET:
                values[field.name] = converted
    if errors:
        raise BadForm(errors, {name: typed[-1] for name, typed in given.items()})
    return form(**values)


async def read_form(request: Request[Any, Any, Any], form: type[F]) -> F:
    """The request's body as this form. Raises `BadForm` (422) or 413 when it is too long."""
    return parse(await request.body(), form)

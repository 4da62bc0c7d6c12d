"""The kiosk's port over HTTP, as its messages: known to the box that asks and the server that answers.

`POST /api/v1/box/kiosk/{method}`, one address for each method of `KioskPort`. All of it is read
off the port itself: a request is the method's arguments by their names, without the site (the
box's own) and without `by` (the box's token, and the Idempotency-Key of the request), with the
key of the kiosk that asks; an answer is what the method returns. A refusal comes as problem
details and is raised again as it was.
"""

import inspect
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple, get_type_hints

import msgspec

from turnero.kiosk.port import By, KioskPort
from turnero.store.errors import Invalid, NotFound, Refused, Unavailable

#: arguments that the connection itself says
_SAID: Final = frozenset({"self", "site", "by"})
_NOT_FOUND: Final = 404
_INVALID: Final = 422
_UNAVAILABLE: Final = 503


class Method(NamedTuple):
    """One method of the port, as a message and its answer."""

    name: str
    #: a struct: `kiosk`, and the arguments
    asks: type[msgspec.Struct]
    #: what its answer is decoded as
    answers: Any
    #: takes the site
    sited: bool
    #: changes something, under the request's Idempotency-Key
    acts: bool


class _Problem(msgspec.Struct, frozen=True):
    code: str
    status: int
    params: dict[str, str | int] = {}


def _method(name: str) -> Method:
    method = getattr(KioskPort, name)
    hints = get_type_hints(method)
    arguments = inspect.signature(method).parameters
    return Method(
        name,
        msgspec.defstruct(
            "".join(word.capitalize() for word in name.split("_")),
            [("kiosk", str), *((one, hints[one]) for one in arguments if one not in _SAID)],
            frozen=True,
            module=__name__,
        ),
        hints["return"],
        "site" in arguments,
        hints.get("by") is By,
    )


#: every method of the port, by its name
METHODS: Final[Mapping[str, Method]] = MappingProxyType(
    {name: _method(name) for name, _ in inspect.getmembers(KioskPort, inspect.iscoroutinefunction)}
)


def ask(name: str, kiosk: str, **arguments: Any) -> bytes:
    """The request of a method, for the kiosk of that key."""
    return msgspec.json.encode(METHODS[name].asks(kiosk=kiosk, **arguments))


def asked(name: str, body: bytes) -> tuple[str, dict[str, Any]]:
    """What a request says: the key of the kiosk, and the arguments by their names.

    Raises `NotFound("method-unknown")`, and msgspec's `DecodeError` for what is no request of it.
    """
    method = METHODS.get(name)
    if method is None:
        raise NotFound("method-unknown", method=name[:40])
    arguments = msgspec.structs.asdict(msgspec.json.decode(body, type=method.asks))
    return arguments.pop("kiosk"), arguments


def answer(said: Any) -> bytes:
    """What a method returned."""
    return msgspec.json.encode(said)


def answered(name: str, status: int, body: bytes) -> Any:
    """What a method returned, on the other side; its refusal is raised.

    Raises `Unavailable` where the server cannot keep anything just now, and where the answer is none
    of ours (a proxy's page, say): whoever asks then goes on without it.
    """
    if status < 300:  # noqa: PLR2004
        try:
            return msgspec.json.decode(body, type=METHODS[name].answers)
        except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
            raise Unavailable(f"the answer to {name} cannot be read: {wrong}") from None
    raise refusal(status, body)


def refusal(status: int, body: bytes) -> Refused | Unavailable:
    """The error that the server raised; `Unavailable` for an answer that is none of ours."""
    try:
        problem = msgspec.json.decode(body, type=_Problem)
    except (msgspec.DecodeError, UnicodeDecodeError):
        return Unavailable(f"the server answered {status}")
    if problem.status == _UNAVAILABLE and problem.code == "unavailable":
        return Unavailable("the server cannot keep anything just now")
    if problem.status == _NOT_FOUND:
        return NotFound(problem.code, **problem.params)
    if problem.status == _INVALID:
        return Invalid(problem.code, **problem.params)
    return Refused(problem.code, problem.status, **problem.params)

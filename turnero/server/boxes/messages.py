"""Reading what boxes send."""

from typing import Any, Final, TypeVar

import msgspec

from turnero.store.errors import Invalid
from turnero.web.principal import PageRequest

M = TypeVar("M", bound=msgspec.Struct)

#: characters of what is wrong with it
_LONGEST: Final = 200
#: bytes of what one device may say of itself
_STATE: Final = 8_000


async def read_message(request: PageRequest, kind: type[M]) -> M:
    """The request's body. Raises `Invalid("message-wrong")`, which says where it is wrong."""
    return message(await request.body(), kind)


def message(body: bytes | msgspec.Raw, kind: type[M]) -> M:
    """The same of bytes."""
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise Invalid("message-wrong", why=str(wrong)[:_LONGEST]) from None


def state(said: bytes | msgspec.Raw) -> str:
    """What a device says of itself: a JSON object, kept as it is. Raises `Invalid("message-wrong")`."""
    text = bytes(said)
    if len(text) > _STATE:
        raise Invalid("message-wrong", why="a device says too much of itself")
    try:
        msgspec.json.decode(text, type=dict[str, Any])
        return text.decode()
    except (msgspec.DecodeError, UnicodeDecodeError) as wrong:
        raise Invalid("message-wrong", why=str(wrong)[:_LONGEST]) from None

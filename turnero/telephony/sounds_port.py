"""What an exchange that reads sound files needs of whoever makes them (`sounds.py`)."""

from typing import Protocol

from turnero.telephony.exchange import Say


class SoundsPort(Protocol):
    """Sentences as sound."""

    async def media(self, say: Say) -> str:
        """The sentence's address as Asterisk takes it, "sound:/a/path" without the ending."""
        ...

"""The port between the voice menu and the line: what a call asks to be done, and who answers it.

`ledger.py` is the real one. Numbers go through it sealed; none reaches a command's text or a log.
"""

from typing import NamedTuple, Protocol

from turnero.telephony.exchange import Phone
from turnero.telephony.ivr.calls import Act, House, Result, Standing
from turnero.telephony.numbers import Number


class HeldLeg(NamedTuple):
    """A leg that holds a place."""

    leg: str
    site: int
    ticket: str
    language: str


class Acts(Protocol):
    """What a call can have done. Anything raised means that nobody knows whether it was done."""

    async def held(self) -> list[HeldLeg]:
        """Who stays on the line and does not speak with a desk, of every site."""
        ...

    async def house(self, called: str) -> House | None:
        """The site that this number or extension belongs to, as it is now; None: none does."""
        ...

    async def house_of(self, site: int) -> House | None:
        """The same by the site's number."""
        ...

    def caller(self, house: House, shown: Phone | None) -> Number | None:
        """The caller's number, if it is shown and may be rung."""
        ...

    async def do(self, leg: str, house: House, act: Act) -> Result:
        """Do it for the call on this leg; returns after it is committed.

        The same act of the same leg may come twice and is done once.
        """
        ...

    async def standing(self, house: House, ticket: str) -> Standing:
        """How a held place stands now."""
        ...

    def over(self, leg: str) -> None:
        """The call is over, and so is all that was remembered of it."""
        ...

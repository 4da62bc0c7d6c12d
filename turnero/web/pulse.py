"""The live view of a page that shows nothing live: it says only that the server answers.

So reports, forms and accounts too say when the server is silent. It shows nothing and no fact
concerns it; its place on a stream is the person's, like that of any view.
"""

from turnero.store.errors import NotFound
from turnero.store.facts import Entry
from turnero.web.principal import Principal
from turnero.web.view import LiveContext

#: longest number of a site in an address
_DIGITS = 9


class Pulse:
    """`data-live="pulse" data-live-arg="<site number>"`, written by the shell for people's pages."""

    name = "pulse"
    permission = "account.own"
    refresh_s: float | None = None

    async def admit(self, ctx: LiveContext, principal: Principal, arg: str) -> int:
        """See `View.admit`."""
        site = int(arg) if arg.isdecimal() and len(arg) <= _DIGITS else 0
        if not site or ctx.web.looks.look(site).number != site:
            raise NotFound("view-unknown")
        return principal.within(site)

    def concerns(self, _entry: Entry, _arg: str) -> bool:
        """Nothing that happens changes what is shown."""
        return False

    async def render(self, _ctx: LiveContext, _site: int, _arg: str, _language: str) -> str:
        """Nothing."""
        return ""

"""What a room writes to have a live part of a page: a view, rendered once for all who see it.

A view gives the whole state each time, never a difference, so that the latest is enough.
Elapsed times tick in the browser (`data-since`), not here.
"""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from turnero.store.facts import Entry
from turnero.web.principal import Principal

if TYPE_CHECKING:
    from turnero.web.wiring import Web


class LiveContext:
    """What a view may use while it renders."""

    def __init__(self, web: "Web") -> None:
        self.web = web
        #: `await ctx.ledger.read(function, …)`
        self.ledger = web.ledger

    def fragment(
        self,
        template: str,
        block: str | None,
        context: Mapping[str, Any],
        *,
        site: int,
        language: str,
    ) -> str:
        """One block of a template (the whole template when `block` is None) as HTML."""
        return self.web.render(template, context, block=block, site=site, language=language)


class View(Protocol):
    """A part of a page that follows the journal.

    Who subscribes with the same (site, arg, language) shares one rendering, so what it shows
    may depend on nothing else: what only one principal may see goes into `arg`, and `admit`
    says who may.
    """

    @property
    def name(self) -> str:
        """Unique among all slices: "board"."""
        ...

    @property
    def permission(self) -> str:
        """A name of `permissions.py`, or "public"."""
        ...

    #: also render anew each so many seconds; None: only when something happened
    refresh_s: float | None

    async def admit(self, ctx: LiveContext, principal: Principal, arg: str) -> int:
        """The number of the site that `arg` belongs to, if this principal may see it.

        Raises `NotFound` or `Refused`.
        """
        ...

    def concerns(self, entry: Entry, arg: str) -> bool:
        """Whether this fact can change what is shown. Cheap: called for every fact."""
        ...

    async def render(self, ctx: LiveContext, site: int, arg: str, language: str) -> str:
        """The inner HTML of the element with `data-live`."""
        ...

"""A panel: a part of a staff page that is drawn, followed and failing on its own.

The page shows each panel's first state, the live stream its later ones. A panel that cannot be
drawn leaves a notice in its place and the page around it works; the stream mends it.
"""

import logging
from collections.abc import Callable, Mapping
from typing import Any

from markupsafe import Markup

from turnero.desk.scope import known_site
from turnero.queue.views import Names, name_in
from turnero.store.facts import Entry
from turnero.web.languages import mark
from turnero.web.pages import web_of
from turnero.web.principal import PageRequest, Principal
from turnero.web.view import LiveContext
from turnero.web.wiring import Web

log = logging.getLogger("turnero.desk")

FAILED = mark("This part cannot be shown just now.")
_NOTICE = Markup('<p class="notice notice-warn" role="status" data-failed="{}">{}</p>')
#: clocks that differ by less are the same clock
_SAME_MS = 1500


class Panel:
    """The base of every panel; it is also the live view of that name."""

    name: str
    template: str
    permission: str
    #: kinds of facts after which it may look different
    kinds: frozenset[str]
    refresh_s: float | None = None

    async def admit(self, ctx: LiveContext, principal: Principal, arg: str) -> int:
        """See `View.admit`. The argument is a site's number unless a panel says otherwise."""
        return known_site(ctx.web, principal, arg)

    def concerns(self, entry: Entry, arg: str) -> bool:
        """See `View.concerns`."""
        return entry.kind in self.kinds

    async def context(self, web: Web, site: int, arg: str, language: str) -> dict[str, Any]:
        """What its template needs."""
        raise NotImplementedError

    async def render(self, ctx: LiveContext, site: int, arg: str, language: str) -> str:
        """See `View.render`."""
        context = await self.context(ctx.web, site, arg, language)
        return ctx.fragment(self.template, None, context, site=site, language=language)

    async def shown(self, request: PageRequest, site: int, arg: str, language: str) -> Markup:
        """Its present state for a page; a notice when it cannot be drawn."""
        web = web_of(request)
        try:
            return Markup(await self.render(web.hub.context, site, arg, language))  # noqa: S704 - a template's
        except Exception:
            log.exception("panel %s failed", self.name)
            say = web.translator(language, web.looks.look(site).profile)
            return _NOTICE.format(self.name, say.gettext(FAILED))


def wall(web: Web) -> Callable[[int], int]:
    """Line-clock milliseconds as the wall clock's, by which pages count."""
    shift = web.clock.now_ms() - web.clock.line_ms()
    if abs(shift) < _SAME_MS:
        shift = 0
    # whole seconds: a millisecond of difference is no new state
    shift = round(shift / 1000) * 1000
    return lambda ms: ms + shift


def naming(language: str) -> Callable[[Mapping[str, str]], str]:
    """Picks a language's text from names."""

    def named(names: Names | Mapping[str, str]) -> str:
        return name_in(names, language)

    return named


def common(web: Web, language: str) -> dict[str, Any]:
    """What every panel's template uses."""
    return {"wall": wall(web), "named": naming(language)}

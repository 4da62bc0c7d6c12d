"""Puts what every page shares together, from the slices and the ports that `server` fills.

`weave` makes it, `options` gives what Litestar needs to know of it. Nothing here is global:
two servers in one process (a test) do not touch each other.
"""

import logging
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from litestar import Litestar, Request
from litestar.datastructures import State
from litestar.middleware import DefineMiddleware
from litestar.types import ControllerRouterHandler

from turnero.store.clock import Clock
from turnero.store.ledger import Ledger
from turnero.web import csp, limits
from turnero.web.assets import VENDOR, Assets
from turnero.web.formats import formats
from turnero.web.guards import Gate, demand_permissions
from turnero.web.languages import LANGUAGES, Translator, mark, translator
from turnero.web.live import Hub
from turnero.web.live_route import live_handler
from turnero.web.look import Looks
from turnero.web.pages import language_of, principal_of, web_of
from turnero.web.principal import Authenticator
from turnero.web.problem_texts import TEXTS, Text
from turnero.web.problems import answer
from turnero.web.pulse import Pulse
from turnero.web.slice import Slice
from turnero.web.slots import Slots
from turnero.web.speech import Speech
from turnero.web.templating import Templates
from turnero.web.view import LiveContext

HERE = Path(__file__).parent

log = logging.getLogger("turnero.web")


@dataclass(kw_only=True)
class Web:
    """What routes and views find at `request.app.state.web`."""

    slices: Sequence[Slice]
    ledger: Ledger
    clock: Clock
    authenticator: Authenticator
    looks: Looks
    templates: Templates
    assets: Assets
    slots: Slots
    #: languages that the installation offers; a site may offer fewer
    languages: tuple[str, ...] = ("es", "en", "pt")
    #: code -> text, of every slice
    texts: Mapping[str, Text] = field(default_factory=dict)
    #: further origins under which this server is known
    origins: Collection[str] = ()
    #: networks of trusted proxies
    proxies: limits.Networks = ()
    buckets: limits.Buckets = field(default_factory=limits.Buckets)
    #: where a person without a session is sent; None: 401 stays 401
    sign_in: str | None = "/sign-in"
    hub: Hub = field(init=False)

    def __post_init__(self) -> None:
        views = [view for slice_ in self.slices for view in slice_.views]
        self.hub = Hub(LiveContext(self), [*views, Pulse()], version=self.assets.version)

    @property
    def speech(self) -> Speech | None:
        """The voice that speaks pages; None where no slice has one."""
        return next((one.speech for one in self.slices if one.speech is not None), None)

    def translator(self, language: str, profile: str = "plain") -> Translator:
        """The translator of a language at a site of this profile."""
        return translator(language, profile)

    def render(
        self,
        template: str,
        context: Mapping[str, Any],
        *,
        block: str | None = None,
        site: int | None,
        language: str,
    ) -> str:
        """A template, or one block of it, as HTML in a language and in the words of a site."""
        look = self.looks.look(site)
        say = translator(language, look.profile)
        shared = {
            "look": look,
            "fmt": formats(say.tag, look.zone),
            "now_ms": self.clock.now_ms(),
            "version": self.hub.version,
            "room": template.partition("/")[0],
            "languages": tuple(name for name in look.languages if name in self.languages),
        }
        return self.templates.render(say, template, {**shared, **context}, block)


def _notice(request: Request[Any, Any, Any]) -> str:
    """What stands in place of a part of a page that failed."""
    web = web_of(request)
    look = web.looks.look(principal_of(request).site)
    say = web.translator(language_of(request, look, web.languages), look.profile)
    return say.gettext(mark("This part cannot be shown just now."))


def weave(  # noqa: PLR0913 - one parameter for each port
    slices: Sequence[Slice],
    *,
    ledger: Ledger,
    clock: Clock,
    authenticator: Authenticator,
    looks: Looks,
    languages: Sequence[str] = ("es", "en", "pt"),
    origins: Collection[str] = (),
    proxies: Collection[str] = (),
    sign_in: str | None = "/sign-in",
    reload: bool = False,
) -> Web:
    """Everything that pages share. Raises `ValueError` for settings that cannot be."""
    unknown = [name for name in languages if name not in LANGUAGES]
    if unknown or not languages:
        raise ValueError(f"languages must be some of {', '.join(LANGUAGES)}; not {unknown}")
    statics = {"": HERE / "static", "vendor": VENDOR}
    statics |= {one.name: one.static for one in slices if one.static is not None}
    folders = {"web": HERE / "templates"}
    folders |= {one.name: one.templates for one in slices if one.templates is not None}
    texts = dict(TEXTS)
    for one in slices:
        texts |= one.problems
    assets = Assets(statics)
    return Web(
        slices=tuple(slices),
        ledger=ledger,
        clock=clock,
        authenticator=authenticator,
        looks=looks,
        templates=Templates(folders, assets, reload=reload),
        assets=assets,
        slots=Slots([one.slots for one in slices], _notice),
        languages=tuple(languages),
        texts=texts,
        origins=frozenset(origins),
        proxies=limits.networks(proxies),
        sign_in=sign_in,
    )


async def _end_streams(app: Litestar) -> None:
    app.state.web.hub.stop()


def options(web: Web, routes: Sequence[ControllerRouterHandler] = ()) -> dict[str, Any]:
    """Arguments for `Litestar(...)`: the slices' routes and `routes`, and all that guards them.

    The caller adds its own (lifespan, OpenAPI) with routes that name their permission too.
    """
    return {
        "route_handlers": [
            web.assets.handler(),
            live_handler(web),
            *(route for one in web.slices for route in one.routes),
            *routes,
        ],
        "middleware": [DefineMiddleware(Gate, web=web)],
        "exception_handlers": {Exception: answer},
        "before_send": [csp.secure],
        "request_max_body_size": limits.MAX_BODY,
        "on_startup": [demand_permissions],
        "on_shutdown": [_end_streams],
        "state": State({"web": web}),
        "logging_config": None,
    }

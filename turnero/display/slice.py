"""The room as the composition sees it. It needs the data folder, for the voice's cache."""

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from turnero.display.content import pages as content
from turnero.display.pages import routes
from turnero.display.signs.pages import routes as sign_routes
from turnero.display.signs.room import Signs
from turnero.display.signs.station import LedgerStation
from turnero.display.signs.views import SignsFaultsView, SignsView
from turnero.display.views import BoardLive
from turnero.display.voice import espeak, recorded
from turnero.display.voice.cache import Cache
from turnero.display.voice.guidance import Guidance
from turnero.display.voice.port import Voice
from turnero.display.voice.studio import Studio
from turnero.web.languages import mark
from turnero.web.problem_texts import Text
from turnero.web.slice import Slice

if TYPE_CHECKING:
    from turnero.web.wiring import Web

HERE = Path(__file__).parent

PROBLEMS = {
    "board-unknown": Text(
        mark("There is no such board"),
        mark("No board is called “%(board)s” here. Please check the site's devices."),
    ),
    "sound-unknown": Text(
        mark("There is no such sound"), mark("Only what was announced can be heard.")
    ),
    "picture-unknown": Text(
        mark("There is no such picture"), mark("It was taken out, or is another site's.")
    ),
    "sign-unknown": Text(
        mark("There is no such sign"),
        mark("No virtual sign is called “%(sign)s” here. Please check the site's devices."),
    ),
    "bad-sign": Text(mark("This sign cannot be used"), mark("Its %(field)s is wrong: %(why)s.")),
    "site-missing": Text(mark("Which site?"), mark("Please name the site in the address: ?site=…")),
}


def make(data: Path, voice: Voice | None = None, signs: Signs | None = None) -> Slice:
    """The slice. `data`: the server's folder. `voice`: by default this machine's espeak-ng, or none.
    `signs`: by default a room of signs as it is on a server.
    """
    cache = Cache(data / "voice")
    studio = Studio(voice if voice is not None else recorded.found(data, espeak.find()), cache)
    live = BoardLive(studio)
    signs = signs or Signs()

    async def tidy(_web: "Web") -> None:
        await asyncio.to_thread(cache.sweep)

    async def paint(web: "Web") -> None:
        def changed(site: int, *, news: bool) -> None:
            for view in ("signs", "signs-faults", *(("supervisor",) if news else ())):
                web.hub.poke(view, site)

        await signs.run(LedgerStation(web.ledger), changed)

    return Slice(
        name="display",
        routes=[*routes(studio), *content.routes(), *sign_routes(signs)],
        templates=HERE / "templates",
        static=HERE / "static",
        views=(live, content.ContentLive(), SignsView(signs), SignsFaultsView(signs)),
        slots={"admin.preview": content.preview},
        problems=PROBLEMS,
        speech=Guidance(studio),
        tasks={"display-tidy": tidy, "signs": paint},
    )

"""The board's page, the sounds it plays, and what it says of itself.

A board shows; it never changes the line. Its heartbeat is kept outside the journal.
"""

from typing import Any

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, FromQuery, JSONBody

from turnero.display.content import pages as content
from turnero.display.settings import BoardState, settings_of
from turnero.display.views import address, load, own_key, state
from turnero.display.voice.script import Script
from turnero.display.voice.studio import Studio
from turnero.queue import reads
from turnero.store import devices
from turnero.store.errors import NotFound, Refused
from turnero.web.pages import language_of, page, web_of
from turnero.web.principal import PageRequest, Role

#: The same words are the same bytes for ever, under a name that is their hash.
_KEEP = {"cache-control": "public, max-age=31536000, immutable"}
_ONCE = {"cache-control": "no-store"}


def routes(studio: Studio) -> list[HTTPRouteHandler]:
    """The routes of the room."""

    @get("/board", opt={"permission": "board.show"})
    async def board_page(
        request: PageRequest, site: FromQuery[str] = "", board: FromQuery[str] = ""
    ) -> Response[str]:
        """A board: a device shows its own; a person may look at any of their site, unheard."""
        web, who = web_of(request), request.user
        number = await web.ledger.read(reads.site_no, site) if site else who.site
        if number is None:
            raise NotFound("site-unknown", site=site) if site else Refused("site-missing", 422)
        who.within(number)
        own = who.role in (Role.BOARD, Role.BOX)
        key = await web.ledger.read(own_key, number, who, board) if own else board
        shown = await load(web, number, key)
        if shown.device is None and key:
            raise NotFound("board-unknown", board=key)
        look = web.looks.look(number)
        language = language_of(request, look, web.languages)
        settings = settings_of(shown.device)
        context: dict[str, Any] = {
            **state(shown, studio, look, language),
            **content.context(await content.items(web, number, key, language), number),
            "arg": f"{number}/{key}",
            "zone": shown.zone,
            "contrast": settings.contrast,
            "notices": settings.notices.get(language)
            or settings.notices.get(look.languages[0], ()),
            "chime": address(studio, Script(chime=True, lines=())),
            "voice": ("zone" if key else "alone") if own else "mute",
            "report": f"/board/heartbeat?board={key}" if own and key else "",
        }
        return page(request, "display/board.html", context, site=number, language=language)

    @get("/display/voice/{name:str}", opt={"permission": "board.show"})
    async def voice(name: FromPath[str]) -> Response[bytes]:
        """The sound of something that was announced; any other name is not found."""
        sound = await studio.sound(name.removesuffix(".wav"))
        if sound is None:
            raise NotFound("sound-unknown")
        headers = _KEEP if sound.lasting else _ONCE
        return Response(sound.wav, media_type="audio/wav", headers=headers)

    @post("/board/heartbeat", opt={"permission": "board.report"}, status_code=204)
    async def heartbeat(
        request: PageRequest, data: JSONBody[BoardState], board: FromQuery[str] = ""
    ) -> None:
        """How the board is. Other boards of the zone learn at once when this one went mute."""
        web = web_of(request)
        site = request.user.site
        if site is None:
            raise Refused("site-missing", 422)
        key = await web.ledger.read(own_key, site, request.user, board)
        device = await web.ledger.read(devices.by_key, site, "board", key)
        if device is None:
            raise NotFound("board-unknown", board=key)
        said = msgspec.json.encode(data).decode()
        await web.ledger.run(
            devices.beat, devices.Beat(device.id, said), site=site, actor=request.user.actor
        )
        web.hub.poke("board", site)

    return [board_page, voice, heartbeat]

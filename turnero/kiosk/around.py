"""What stands around every page of the kiosk: help, the spoken guidance's sounds, signs of life."""

from typing import Annotated, Final

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath, JSONBody
from msgspec import Meta

from turnero.kiosk.forms import HelpForm
from turnero.kiosk.pages import fields_of
from turnero.kiosk.scene import Connect, Scene
from turnero.store.errors import NotFound
from turnero.web.forms import read_form
from turnero.web.pages import see_other, web_of
from turnero.web.principal import PageRequest

#: seconds that a call for help stays on the screen: longer than it takes to be escalated
HELP_S: Final = 180
#: the sound of a sentence is the same for ever, under the name that its words give it
_KEEP: Final = {"cache-control": "private, max-age=86400, immutable"}


class Beat(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a kiosk's page says of itself."""

    version: Annotated[str, Meta(max_length=80)] = ""
    #: the face that the page shows: "choose", "ticket", …
    page: Annotated[str, Meta(max_length=20)] = ""
    #: milliseconds since somebody touched it
    idle_ms: Annotated[int, Meta(ge=0)] = 0


class Alive(msgspec.Struct, frozen=True):
    """The answer to a heartbeat: the server's time."""

    now_ms: int


def routes(connect: Connect) -> list[HTTPRouteHandler]:
    """The routes."""

    @get("/kiosk/help", opt={"permission": "kiosk.use"})
    async def nowhere(request: PageRequest) -> Response[str]:
        """An act's page was asked for anew, after a reload: begin again."""
        return see_other(request, "/kiosk")

    @post("/kiosk/help", opt={"permission": "kiosk.use", "limit": "kiosk"}, status_code=200)
    async def ask_help(request: PageRequest) -> Response[str]:
        """Somebody is needed here."""
        scene = await Scene.of(request, connect)
        form = await read_form(request, HelpForm)
        asked = await scene.port.ask_help(
            scene.site, scene.place.key or "kiosk", form.need, scene.by(form.idempotency_key)
        )
        arg = f"{scene.site}/{scene.place.key}/{asked.id}"
        return scene.page(
            "kiosk/help.html",
            {"help": asked, "arg": arg},
            path="/kiosk/help",
            again=fields_of(form),
            patience_s=HELP_S,
        )

    @get("/kiosk/speech/{name:str}", opt={"permission": "kiosk.use"})
    async def speech(request: PageRequest, name: FromPath[str]) -> Response[bytes]:
        """The sound of a sentence that a page offered; any other name is not found."""
        voice = web_of(request).speech
        sound = await voice.sound(name.removesuffix(".wav")) if voice is not None else None
        if sound is None:
            raise NotFound("speech-unknown")
        return Response(sound, media_type="audio/wav", headers=_KEEP)

    @post("/kiosk/heartbeat", opt={"permission": "device.report"}, status_code=200)
    async def heartbeat(request: PageRequest, data: JSONBody[Beat]) -> Alive:
        """The kiosk is alive."""
        scene = await Scene.of(request, connect)
        if scene.place.device is None:
            raise NotFound("kiosk-unknown", kiosk=scene.place.key)
        await scene.port.heard(scene.site, scene.place.device, msgspec.json.encode(data))
        return Alive(web_of(request).clock.now_ms())

    return [nowhere, ask_help, speech, heartbeat]

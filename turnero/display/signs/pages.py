"""The page on which a site's signs are seen, and the switches of the virtual ones."""

from typing import Literal

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec.structs import replace

from turnero.display.signs.room import Signs
from turnero.display.signs.views import all_of, machine
from turnero.display.signs.virtual import Faults
from turnero.queue import reads as line
from turnero.store.errors import NotFound
from turnero.web.forms import Form, read_form
from turnero.web.pages import page, web_of
from turnero.web.permissions import allowed
from turnero.web.principal import PageRequest

#: a serial line that breaks in the middle of a painting
_BREAKS_AFTER = 9
#: later than anybody waits
_LATE_S = 3.0


class SwitchForm(Form, frozen=True):
    """One switch of one sign."""

    sign: str
    fault: Literal["unplugged", "mute", "garbage", "half", "refuse", "late", "drop"]
    to: Literal["on", "off"]


def thrown(faults: Faults, fault: str, *, on: bool) -> Faults:
    """The switches after one was thrown."""
    match fault:
        case "late":
            return replace(faults, late_s=_LATE_S if on else 0.0)
        case "drop":
            return replace(faults, drop_after=_BREAKS_AFTER if on else None)
        case _:
            return replace(faults, **{fault: on})


def routes(signs: Signs) -> list[HTTPRouteHandler]:
    """The routes of the signs."""

    async def show(request: PageRequest, site: str, *, block: str | None = None) -> Response[str]:
        web = web_of(request)
        number = await web.ledger.read(line.site_no, site)
        if number is None:
            raise NotFound("site-unknown", site=site[:100])
        request.user.within(number)
        may = allowed(request.user.role, "signs.faults")
        context = await all_of(web, signs, number) | {"key": site, "may": may}
        return page(request, "display/signs.html", context, block=block, site=number)

    @get("/display/signs/{site:str}", opt={"permission": "signs.see"})
    async def signs_page(request: PageRequest, site: FromPath[str]) -> Response[str]:
        """What each sign of the site shows now."""
        return await show(request, site)

    @post("/display/signs/{site:str}/faults", opt={"permission": "signs.faults"}, status_code=200)
    async def throw_switch(request: PageRequest, site: FromPath[str]) -> Response[str]:
        """Throw one switch of a virtual sign."""
        form = await read_form(request, SwitchForm)
        web = web_of(request)
        number = await web.ledger.read(line.site_no, site)
        if number is None:
            raise NotFound("site-unknown", site=site[:100])
        request.user.within(number)
        where, found = await machine(web, signs, number, form.sign)
        where.set_faults(found, thrown(found.faults, form.fault, on=form.to == "on"))
        return await show(request, site, block="switches")

    return [signs_page, throw_switch]

"""The supervisor pauses services and kiosks and opens them again. Rules are the command's."""

from typing import Annotated, Any, Literal

from litestar import Response, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath
from msgspec import Meta

from turnero.desk.supervisor_acts import Clock, Done, Key, Levers, TextsForm, wall_clock
from turnero.desk.supervisor_now import SiteRead
from turnero.queue.commands import pauses
from turnero.queue.requests import KioskNamed, PauseKiosk, PauseService, ServiceNamed
from turnero.web.forms import Form, read_form
from turnero.web.principal import PageRequest
from turnero.web.wiring import Web


class PauseForm(TextsForm, frozen=True, kw_only=True):
    """A pause of a service or a kiosk."""

    subject: Key
    when: Literal["now", "at", "after"] = "now"
    at: Clock = ""
    after: Annotated[int, Meta(ge=1, le=pauses.MOST)] | None = None
    until: Clock = ""


class ServiceForm(Form, frozen=True, kw_only=True):
    """A service."""

    service: Key


class KioskForm(Form, frozen=True, kw_only=True):
    """A kiosk."""

    place: Key


def _pause_fields(web: Web, site: int, form: PauseForm) -> dict[str, Any]:
    from_ms = wall_clock(web, site, form.at) if form.when == "at" else None
    return {
        "from_ms": from_ms,
        "after": form.after if form.when == "after" else None,
        "until_ms": wall_clock(web, site, form.until, from_ms),
        "text": form.texts() or None,
    }


def _service(read: SiteRead, key: str) -> Done:
    found = next((one for one in read.pauses.services if one.service == key), None)
    return Done("service", names=found.names if found else {}, pause=found.pause if found else None)


def _kiosk(read: SiteRead, key: str) -> Done:
    found = next((one for one in read.pauses.kiosks if one.place == key), None)
    return Done("kiosk", name=found.name if found else key, pause=found.pause if found else None)


def routes(levers: Levers) -> list[HTTPRouteHandler]:
    """The routes of this module."""

    @post(
        "/supervisor/{site:int}/pause-service",
        opt={"permission": "supervisor.act"},
        status_code=200,
    )
    async def pause_service(request: PageRequest, site: FromPath[int]) -> Response[str]:
        """A service gives no more tickets."""
        form = await read_form(request, PauseForm)
        web = levers.known(request, site)
        act = PauseService(form.subject, **_pause_fields(web, site, form))
        await levers.run(request, site, pauses.pause_service, act, form)
        return await levers.answer(request, site, lambda read: _service(read, form.subject))

    @post(
        "/supervisor/{site:int}/resume-service",
        opt={"permission": "supervisor.act"},
        status_code=200,
    )
    async def resume_service(request: PageRequest, site: FromPath[int]) -> Response[str]:
        """It gives tickets again."""
        form = await read_form(request, ServiceForm)
        levers.known(request, site)
        await levers.run(request, site, pauses.resume_service, ServiceNamed(form.service), form)
        return await levers.answer(request, site, lambda read: _service(read, form.service))

    @post(
        "/supervisor/{site:int}/pause-kiosk", opt={"permission": "supervisor.act"}, status_code=200
    )
    async def pause_kiosk(request: PageRequest, site: FromPath[int]) -> Response[str]:
        """A kiosk gives no more tickets."""
        form = await read_form(request, PauseForm)
        web = levers.known(request, site)
        act = PauseKiosk(form.subject, **_pause_fields(web, site, form))
        await levers.run(request, site, pauses.pause_kiosk, act, form)
        return await levers.answer(request, site, lambda read: _kiosk(read, form.subject))

    @post(
        "/supervisor/{site:int}/resume-kiosk", opt={"permission": "supervisor.act"}, status_code=200
    )
    async def resume_kiosk(request: PageRequest, site: FromPath[int]) -> Response[str]:
        """It gives tickets again."""
        form = await read_form(request, KioskForm)
        levers.known(request, site)
        await levers.run(request, site, pauses.resume_kiosk, KioskNamed(form.place), form)
        return await levers.answer(request, site, lambda read: _kiosk(read, form.place))

    return [pause_service, resume_service, pause_kiosk, resume_kiosk]

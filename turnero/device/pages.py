"""The box's own pages: how it is let in, how it is, and the way to the kiosk."""

from typing import TYPE_CHECKING, Any, ClassVar, Final

import msgspec
from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from turnero import __version__
from turnero.boxes.protocol import Answer
from turnero.device import jobs, words
from turnero.device.board import PAGE, board_of
from turnero.device.box import Box
from turnero.device.entry import COOKIE, BoxAuthenticator
from turnero.device.jobs import Settled
from turnero.device.link import Link, Unsent
from turnero.device.pairing import Pairer
from turnero.device.standing import standing
from turnero.printer import reads, spool
from turnero.printer.pages import AnswerForm, answered
from turnero.store.errors import NotFound, Unavailable
from turnero.store.facts import Entry
from turnero.web import cookies, qr
from turnero.web.forms import Form, read_form
from turnero.web.pages import page, see_other, web_of
from turnero.web.principal import PageRequest, Principal
from turnero.web.view import LiveContext

if TYPE_CHECKING:
    from turnero.web.wiring import Web

_PUBLIC: Final[dict[str, Any]] = {"permission": "public"}
#: a kiosk's cookie lives as long as its browser
_YEAR_S: Final = 400 * 24 * 3600


class BoxView:
    """`data-live="box"`: how the box is; `arg` "home" (what its screen shows) or "status"."""

    name: ClassVar = "box"
    permission: ClassVar = "public"
    refresh_s: float | None = 10.0

    def __init__(self, box: Box) -> None:
        self._box = box

    async def admit(self, ctx: LiveContext, principal: Principal, arg: str) -> int:
        """See `View.admit`: it belongs to no site before the box does."""
        if arg not in ("home", "status", "board"):
            raise NotFound("view-unknown")
        return 0

    def concerns(self, entry: Entry, arg: str) -> bool:
        """See `View.concerns`: the box pokes it."""
        return False

    async def render(self, ctx: LiveContext, site: int, arg: str, language: str) -> str:
        """See `View.render`."""
        context = await context_of(self._box, arg)
        name = "status" if arg == "status" else "home"
        return ctx.fragment(f"device/{name}.html", "now", context, site=site, language=language)


async def context_of(box: Box, screen: str = "home") -> dict[str, Any]:
    """All that the box's own pages show; `screen`: home | board | status."""
    now = await standing(box)
    pairing = box.pairing if box.link.standing == "unpaired" else None
    return {
        "box": box,
        "standing": box.link.standing,
        "since_ms": box.link.since_ms,
        "pairing": pairing,
        "why": words.NOBODY.get(box.link.why or ""),
        "qr": qr.svg(pairing.url) if pairing is not None else None,
        "now": now,
        "printers": [(one, *words.of_printer(one)) for one in now.printers],
        "signs": [(one, *words.of_sign(one)) for one in now.signs],
        "program": __version__,
        "uptime_s": box.uptime_s,
        "screen": screen,
        "go": shows_board(box) if screen == "board" else goes_to(box),
    }


def shows_board(box: Box) -> str | None:
    """Where the screen of a board belongs; None while there is none, or nobody to ask for it."""
    if board_of(box) is None or not box.link.online:
        return None
    return f"http://127.0.0.1:{box.settings.board_port}{PAGE}"


def goes_to(box: Box) -> str | None:
    """Where the box's screen belongs: its kiosk; None while it has to say something itself."""
    kiosks = box.keys("kiosk")
    if box.link.standing in ("unpaired", "revoked") or box.dropped is not None or len(kiosks) != 1:
        return None
    return f"/open/{kiosks[0]}"


def routes(box: Box, pairer: Pairer, entry: BoxAuthenticator) -> list[HTTPRouteHandler]:
    """The routes."""

    @get("/", opt=_PUBLIC)
    async def home(request: PageRequest) -> Response[str]:
        """What the box's screen shows when it is switched on."""
        target = goes_to(box)
        if target is not None:
            return see_other(request, target)
        return page(request, "device/home.html", await context_of(box))

    @get("/status", opt=_PUBLIC)
    async def status(request: PageRequest) -> Response[str]:
        """How the box is, for the technician."""
        return page(request, "device/status.html", await context_of(box, "status"))

    @get("/screen/board", opt=_PUBLIC)
    async def board(request: PageRequest) -> Response[str]:
        """Why a screen that is a board shows none; it goes on by itself."""
        return page(request, "device/home.html", await context_of(box, "board"))

    @post("/pair", opt=_PUBLIC, status_code=200)
    async def pair(request: PageRequest) -> Response[str]:
        """Ask to be let in again."""
        await read_form(request, Form)
        pairer.ask_again()
        return see_other(request, "/")

    @get("/open/{kiosk:str}", opt=_PUBLIC)
    async def open_kiosk(request: PageRequest, kiosk: FromPath[str]) -> Response[str]:
        """From now on this browser is that kiosk."""
        if box.link.standing in ("unpaired", "revoked"):
            return see_other(request, "/")
        if kiosk not in box.keys("kiosk"):
            raise NotFound("kiosk-unknown", kiosk=kiosk[:80])
        cookie = cookies.issue(request, COOKIE, entry.proof(kiosk), _YEAR_S)
        return see_other(request, "/kiosk", [cookie])

    return [home, status, board, pair, open_kiosk, _answering(box), live, ready]


def _answering(box: Box) -> HTTPRouteHandler:
    @post("/printer/jobs/{job:int}/answer", opt={"permission": "prints.answer"}, status_code=200)
    async def answer(request: PageRequest, job: FromPath[int]) -> Response[str]:
        """Whether a ticket whose printing ended unknown came out."""
        form = await read_form(request, AnswerForm)
        found = await box.ledger.read(reads.job_place, job)
        if found is None or found[1] != request.user.place:
            raise NotFound("print-job-unknown")
        came_out = form.came_out == "yes"
        await _answered(box, job, came_out=came_out, key=form.idempotency_key)
        said = "thanks" if came_out else "copy"
        return answered(request, box.site, said, form.next)

    return answer


@get("/health/live", opt=_PUBLIC, media_type="application/json")
async def live() -> bytes:
    """The process answers."""
    return b'{"live":true}'


@get("/health/ready", opt=_PUBLIC)
async def ready(request: PageRequest) -> Response[bytes]:
    """Whether its store keeps what it is given."""
    reason = web_of(request).ledger.broken
    body = {"ready": reason is None} | ({} if reason is None else {"reason": reason})
    return Response(
        msgspec.json.encode(body),
        status_code=200 if reason is None else 503,
        media_type="application/json",
    )


async def _answered(box: Box, job: int, *, came_out: bool, key: str) -> None:
    """The server decides, since staff may have answered there; while it is away, the box does."""
    server_job = await box.ledger.read(jobs.server_job, job)
    if server_job is not None:
        state = "printed" if came_out else "cancelled"
        try:
            await _surely_told(box.link, Answer(server_job, came_out), key)
        except Unavailable:
            pass
        else:
            wanted = Settled(server_job, state)
            await box.ledger.run(jobs.settle, wanted, site=box.site, actor="system")
            return
    await box.ledger.run(
        spool.answer_unknown,
        spool.Answer(job, came_out=came_out),
        site=box.site,
        actor="system",
        key=key,
    )


async def _surely_told(link: Link, answer: Answer, key: str) -> None:
    """The server hears it; where its answer was lost, once more: else both would make a copy."""
    try:
        await link.answer(answer, key)
    except Unsent:
        raise
    except Unavailable:
        await link.answer(answer, key)


def poke(web: "Web") -> None:
    """What the box's own pages show has changed."""
    web.hub.poke(BoxView.name, 0)

"""The kiosk's pages for somebody who has a ticket already: see it, step out, come back, leave, rate it.

The ticket is found by its scanned code or by its eight digits. The code travels in the forms of
these pages and nowhere else. Whoever has only the number is served by numbered.py.
"""

from typing import Any, Final, Literal

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from msgspec.structs import asdict

from turnero.kiosk import identity, numbered, rating
from turnero.kiosk.forms import FindForm, HeldForm, KioskAnswerForm
from turnero.kiosk.port import Held, KioskPort, acts_of
from turnero.kiosk.questions import GOOD, NO_ANSWER, REASON_WORDS
from turnero.kiosk.rating import Next, Step
from turnero.kiosk.scanner import Scans
from turnero.kiosk.scene import Connect, Scene
from turnero.queue import scanned
from turnero.queue.commands.ratings import MAX_REASONS
from turnero.store.errors import NotFound
from turnero.web.forms import read_form
from turnero.web.pages import see_other
from turnero.web.principal import PageRequest

#: seconds that thanks stay
THANKS_S: Final = 12
#: seconds for a question; what was answered by then is kept
ANSWER_S: Final = 40
_NOT_FOUND: Final = 404

To = Literal["see", "rate"]


async def search(port: KioskPort, site: int, code: str, digits: str) -> Held | None:
    """The ticket of this site that was scanned or typed."""
    short = scanned.short(digits) or scanned.short(code)
    if short is not None:
        return await port.find_short(site, short)
    secret = scanned.code(code)
    held = await port.find(secret) if secret is not None else None
    return held if held is not None and held.site == site else None


async def holding(scene: Scene, code: str) -> Held:
    """The ticket of a form of ours. Raises `NotFound` when its code was revoked since."""
    held = await search(scene.port, scene.site, code, "")
    if held is None:
        raise NotFound("ticket-unknown")
    return held


async def entry(scene: Scene, to: To, *, wrong: bool = False) -> Response[str]:
    """Where a ticket is scanned, or its digits or number are typed."""
    # a rating wants the ticket itself: anybody knows numbers
    letters = await scene.port.prefixes(scene.site) if to == "see" else ()
    return scene.page(
        "kiosk/entry.html",
        {"to": to, "wrong": wrong, "back": "/kiosk", "letters": letters},
        path="/kiosk/rate" if to == "rate" else "/kiosk/mine",
        status=_NOT_FOUND if wrong else 200,
    )


def own_page(scene: Scene, held: Held, again: dict[str, str] | None = None) -> Response[str]:
    """A ticket and what its holder may do."""
    return scene.page(
        "kiosk/own.html",
        {"held": held, "ticket": held.ticket, "may_rate": rating.may_rate(held)},
        path="/kiosk/mine",
        again=again or {"code": held.code},
    )


async def unfound(scene: Scene, to: To, typed: str) -> Response[str]:
    """No code of a ticket: perhaps its number, where that is enough."""
    held = await numbered.find(scene, typed) if to == "see" else None
    return numbered.place(scene, held) if held is not None else await entry(scene, to, wrong=True)


def rating_page(
    scene: Scene, held: Held, step: Step, path: str, again: dict[str, str]
) -> Response[str]:
    """The next page of a rating."""
    context: dict[str, Any] = {"held": held, "asked": step.asked, "no_answer": NO_ANSWER}
    match step.next:
        case Next.QUESTION:
            return scene.page(
                "kiosk/rate.html", context, path=path, again=again, patience_s=ANSWER_S
            )
        case Next.REASONS:
            context |= {
                "answer": step.answer,
                "good": (step.answer or 0) >= GOOD,
                "reasons": REASON_WORDS,
                "most": MAX_REASONS,
            }
            return scene.page(
                "kiosk/reasons.html", context, path=path, again=again, patience_s=ANSWER_S
            )
        case Next.THANKS:
            return scene.page(
                "kiosk/thanks.html", context, path=path, again=again, patience_s=THANKS_S
            )


def routes(connect: Connect, scans: Scans) -> list[HTTPRouteHandler]:
    """The routes."""

    @get("/kiosk/mine", opt={"permission": "kiosk.use"})
    async def mine(request: PageRequest) -> Response[str]:
        """I have a ticket already."""
        return await entry(await Scene.of(request, connect), "see")

    @get("/kiosk/rate", opt={"permission": "kiosk.use"})
    async def rate(request: PageRequest) -> Response[str]:
        """How was it? Also the page of a kiosk that does nothing else."""
        return await entry(await Scene.of(request, connect), "rate")

    @post(
        ["/kiosk/mine", "/kiosk/rate"],
        opt={"permission": "kiosk.use", "limit": "kiosk"},
        status_code=200,
    )
    async def found(request: PageRequest) -> Response[str]:
        """The ticket that was scanned or typed."""
        scene = await Scene.of(request, connect)
        form = await read_form(request, FindForm)
        to: To = "rate" if request.scope["path"].endswith("/rate") else form.to
        scan = identity.scan_of(scene, form, scans)
        held = await search(scene.port, scene.site, scan.decode("latin-1"), form.digits)
        if held is None:
            shown = await identity.page(scene, scan, form.service)
            return shown or await unfound(scene, to, form.digits)
        if to == "rate" and rating.may_rate(held):
            again = {"code": held.code, "to": "rate"}
            return rating_page(scene, held, rating.first(held), "/kiosk/rate", again)
        return own_page(scene, held)

    @get(
        [
            "/kiosk/mine/leave",
            "/kiosk/mine/return",
            "/kiosk/mine/step-out",
            "/kiosk/rate/answer",
        ],
        opt={"permission": "kiosk.use"},
    )
    async def nowhere(request: PageRequest) -> Response[str]:
        """An act's page was asked for anew, after a reload: begin again."""
        return see_other(request, "/kiosk")

    @post(
        ["/kiosk/mine/leave", "/kiosk/mine/return", "/kiosk/mine/step-out"],
        opt={"permission": "kiosk.use", "limit": "kiosk"},
        status_code=200,
    )
    async def act(request: PageRequest) -> Response[str]:
        """The person leaves, steps out for a while, or is back."""
        scene = await Scene.of(request, connect)
        form = await read_form(request, HeldForm)
        held = await holding(scene, form.code)
        what = acts_of(scene.port)[request.scope["path"].rpartition("/")[2]]
        await what(held, scene.by(form.idempotency_key))
        return own_page(scene, await holding(scene, form.code))

    @post("/kiosk/rate/answer", opt={"permission": "kiosk.use", "limit": "kiosk"}, status_code=200)
    async def answer(request: PageRequest) -> Response[str]:
        """An answer; then its reasons, the next question, or thanks."""
        scene = await Scene.of(request, connect)
        form = await read_form(request, KioskAnswerForm)
        held = await holding(scene, form.code)
        step = await rating.answered(
            scene.port, held, form, scene.place.key or None, request.user.actor
        )
        again = {name: str(value) for name, value in asdict(form).items() if name != "reasons"}
        return rating_page(scene, held, step, "/kiosk/rate/answer", again)

    return [mine, rate, found, nowhere, act, answer]

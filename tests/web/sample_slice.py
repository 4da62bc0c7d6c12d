"""A room with one page: it counts. Uses whatever the web offers, as a real room does."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Annotated, Any

from litestar import Request, Response, asgi, get, post
from litestar.params import FromPath, JSONBody
from litestar.types import Receive, Scope, Send
from msgspec import Meta, Struct

from tests.store.acts import Count, count
from turnero.store import journal
from turnero.store.errors import NotFound, Refused, Unavailable
from turnero.store.facts import Entry
from turnero.store.sql import Query
from turnero.web.forms import BadForm, Form, read_form
from turnero.web.pages import page, principal_of, see_other, web_of
from turnero.web.principal import PageRequest, Principal
from turnero.web.slice import Slice
from turnero.web.streaming import pour
from turnero.web.view import LiveContext

HERE = Path(__file__).parent

#: what a test switches: a part of the page that fails, a live view that fails
faults: set[str] = set()


def how_many(q: Query, site: int) -> int:
    return journal.head_seq(q, site)


class CountForm(Form, frozen=True, kw_only=True):
    """A note goes with it."""

    note: Annotated[str, Meta(max_length=20)] = ""


async def shown(request: PageRequest, **more: Any) -> Response[str]:
    web = web_of(request)
    context = {
        "count": await web.ledger.read(how_many, 1),
        "errors": {},
        "note": "",
        "side": await web.slots.fill("sample.side", request),
        **more,
    }
    return page(request, "sample/sample.html", context, block="count", site=1)


@get("/sample", opt={"permission": "desk.page"})
async def sample(request: PageRequest) -> Response[str]:
    return await shown(request)


@get("/sample/other", opt={"permission": "public"})
async def other(request: PageRequest) -> Response[str]:
    return page(request, "sample/other.html", site=1)


@get("/sample/frames", opt={"permission": "public"})
async def frames(request: PageRequest) -> Response[str]:
    return page(request, "sample/frames.html", site=1)


@post("/sample/count", opt={"permission": "desks.work"}, status_code=200)
async def press(request: PageRequest) -> Response[str]:
    try:
        form = await read_form(request, CountForm)
    except BadForm as bad:
        web = web_of(request)
        say = web.translator("es", "pe")
        errors = {name: say.gettext(w.msgid, **w.params) for name, w in bad.errors.items()}
        return await shown(request, errors=errors, note=bad.given.get("note", ""))
    await web_of(request).ledger.run(
        count,
        Count(n=1),
        site=request.user.within(1),
        actor=request.user.actor,
        key=form.idempotency_key,
    )
    return await shown(request)


@post("/sample/moved", opt={"permission": "desks.work"}, status_code=200)
async def moved(request: PageRequest) -> Response[str]:
    return see_other(request, "/sample")


@get("/sample/error/{kind:str}", opt={"permission": "public"})
async def error(request: PageRequest, kind: FromPath[str]) -> Response[str]:
    match kind:
        case "refused":
            raise Refused("service-closed", service="Caja")
        case "unavailable":
            raise Unavailable("the disk is full")
        case "bug":
            raise ZeroDivisionError("a secret of the house")
        case _:
            raise NotFound("ticket-unknown")


class Sent(Struct):
    """What the API gets."""

    number: int


@post("/api/v1/sample", opt={"permission": "tickets.issue"})
async def api(request: PageRequest, data: JSONBody[Sent]) -> dict[str, int]:
    return {"number": data.number}


@get("/api/v1/who", opt={"permission": "tickets.read"})
async def who(request: PageRequest) -> dict[str, str | None]:
    return {"actor": request.user.actor, "role": request.user.role}


@get("/limited", opt={"permission": "public", "limit": "sign-in"})
async def limited() -> str:
    return "yes"


def encode(entry: Entry) -> bytes:
    return b"id: %d\ndata: " % entry.seq + entry.body + b"\n\n"


@asgi("/facts", copy_scope=True, opt={"permission": "public"})
async def facts(scope: Scope, receive: Receive, send: Send) -> None:
    hub = scope["litestar_app"].state.web.hub
    chunks: AsyncGenerator[bytes, None] = hub.facts(1, int(scope["query_string"] or 0), encode)
    await pour(chunks, receive, send)


class CountView:
    """Shows how many facts there are."""

    name = "count"
    permission = "desk.page"
    refresh_s: float | None = None

    def __init__(self) -> None:
        self.rendered = 0

    async def admit(self, ctx: LiveContext, principal: Principal, arg: str) -> int:
        if not arg.isdigit():
            raise NotFound("desk-unknown", desk=arg)
        return principal.within(int(arg))

    def concerns(self, entry: Entry, arg: str) -> bool:
        return entry.kind == "test-counted"

    async def render(self, ctx: LiveContext, site: int, arg: str, language: str) -> str:
        self.rendered += 1
        if "view" in faults:
            raise ZeroDivisionError
        context = {"count": await ctx.ledger.read(how_many, site), "errors": {}, "note": ""}
        return ctx.fragment("sample/sample.html", "count", context, site=site, language=language)


async def side(request: Request[Any, Any, Any]) -> str:
    if "slot" in faults:
        raise ZeroDivisionError
    return f"<p>side of {principal_of(request).actor}</p>"


async def second_side(request: Request[Any, Any, Any]) -> str:
    return "<p>second</p>"


def make_slices() -> list[Slice]:
    return [
        Slice(
            name="sample",
            routes=[sample, other, frames, press, moved, error, api, who, limited, facts],
            templates=HERE / "sample",
            views=[CountView()],
            slots={"sample.side": side},
        ),
        Slice(name="more", slots={"sample.side": second_side}),
    ]

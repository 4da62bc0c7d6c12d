"""One site's people, devices and programs reach nothing of another's: every route with every role, given
the other site's own ids; and every live view. The site's own then go the same way and find it all.
"""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from itertools import product
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from litestar.handlers import HTTPRouteHandler

from tests.peers.server import SITE
from tests.server.installation import Installation, installation
from turnero.queue import reads
from turnero.queue.alarms import raise_alarm
from turnero.queue.commands.help import ask_help
from turnero.queue.commands.messages import show
from turnero.queue.requests import AskHelp, ShowMessage
from turnero.server.sites import load_site
from turnero.store import devices, journal
from turnero.store.errors import Refused
from turnero.web.permissions import PUBLIC, allowed
from turnero.web.principal import Principal, Role

MORE = """
[[service]]
key = "results"
prefix = "R"
name = { es = "Resultados" }
all_day = true
callbacks = {}

[[desk]]
key = "9"
name = "Ventanilla 9"
phone = "201"
primary = ["results", "cash"]

[[printer]]
key = "paper"
name = "Impresora"
url = "virtual://PAPER"

[[box]]
key = "entrance"
name = "Entrada"

[[sign]]
key = "led"
name = "LED"
desk = "1"
protocol = "alpha"
url = "virtual:"

[[kiosk]]
key = "door"
name = "Puerta"
box = "entrance"
"""
HERE, THERE = "demo", "other"
NAME, TAIL = "Hospital de prueba", "482"
#: of no site: what answers at them is the asker's own, or nobody's
OWN = {
    "/demo",
    "/docs",
    "/openapi.json",
    "/health/live",
    "/health/ready",
    "/metrics",
    "/live",
    "/setup",
}
PLACES = {"kiosk": "hall", "board": "main", "desk": "1", "box": "entrance"}


@dataclass
class Sites:
    """Two sites, and what there is at the first."""

    here: Installation
    other: int
    #: parameter of an address → what it is at the first site
    ids: dict[str, str]
    #: what no answer to the other site's may hold
    marks: tuple[str, ...]

    async def client(self, role: Role, site: int) -> httpx.AsyncClient:
        where: dict[str, Any] = {"site": site, "place": PLACES.get(role)}
        return self.here.client(await self.here.token(role, **where))

    async def head(self) -> int:
        return await self.here.running.ledger.read(journal.head_seq, self.here.site)

    async def done(self, after: int) -> list[tuple[str, str]]:
        """What somebody did at the first site since; printers and timers go on by themselves."""
        found = await self.here.running.ledger.read(journal.read, self.here.site, after)
        return [(one.actor, one.kind) for one in found if one.actor != "system"]

    async def ask(self, client: httpx.AsyncClient, method: str, pattern: str) -> httpx.Response:
        """Ask for what the first site has there."""
        path = self.address(pattern)
        body = self.given(path) if method == "POST" else {}
        query = {"site": HERE, "board": "main", "desk": f"{HERE}.1", "ticket": self.ids["ticket"]}
        return await client.request(method, path, params=query, **body)

    def routes(self) -> Iterator[tuple[str, str, str]]:
        """Method, pattern, permission."""
        for route in self.here.running.app.routes:
            for handler in getattr(route, "route_handlers", []):
                permission = (
                    handler.opt.get("permission", PUBLIC)
                    if isinstance(handler, HTTPRouteHandler)
                    else PUBLIC
                )
                if permission == PUBLIC or route.path in OWN:
                    continue
                for method in handler.http_methods - {"OPTIONS", "HEAD"}:
                    yield str(method), route.path, permission

    def address(self, pattern: str) -> str:
        def value(found: re.Match[str]) -> str:
            name, kind = found[1], found[2]
            if name == "site":
                return str(self.here.site) if kind == "int" else HERE
            if name == "key" and pattern.startswith("/kiosk"):
                return "cash"
            return self.ids.get(f"{name}@{pattern.split('/')[1]}") or self.ids[name]

        return re.sub(r"\{(\w+)(?::(\w+))?\}", value, pattern)

    def given(self, path: str) -> dict[str, Any]:
        """What is sent there: fields of every form, or the body of the API."""
        ids = self.ids
        if path.startswith("/api/v1/box/kiosk/"):
            return {"json": {"kiosk": "door"}}
        if path.startswith("/api/"):
            bodies: dict[str, dict[str, Any]] = {
                "/api/v1/tickets": {"site": HERE, "service": "cash"},
                "/api/v1/callbacks": {"site": HERE, "service": "results", "number": "987654111"},
                "call": {"desk": f"{HERE}.1", "reason": "because it is so"},
                "transfer": {"service": "admission"},
                "add": {"service": "admission"},
                "rating": {"question": "overall", "version": 1, "answer": 5},
                "break": {"reason": "Almuerzo"},
                "change": {"left_over": "drop"},
                "look-up": {"site": HERE, "number": "987654482", "reason": "because it is so"},
                "erase": {"site": HERE, "number": "987654482"},
                "opt-out": {"site": HERE, "number": "987654482"},
            }
            return {"json": bodies.get(path) or bodies.get(path.rpartition("/")[2], {})}
        usual = {
            "idempotency_key": uuid4().hex, "ticket": ids["ticket"], "seen": ids["called"],
            "callback": ids["callback"], "desk": f"{HERE}.1", "service": "cash", "origin": "cash",
            "reason": "because it is so", "words": "because it is so", "text": "because it is so",
            "language": "es", "how": "break", "to": "service:admission", "outcome": "attended",
            "subject": "cash", "place": "hall", "need": "help", "number": "987 654 111",
            "message": ids["message"], "handover": "1", "day": ids["day"], "sort": "broadcast",
            "disabled": "1", "code": ids["code"], "device": ids["device"], "came_out": "yes",
            "sign": "led", "fault": "mute", "digest": "0" * 64, "question": "Q1", "answer": "yes",
            "called": "10:00", "ended": "10:05", "act": "remove", "item": "paper", "base": "x",
            "seq": "1", "source": "x", "role": "agent", "login": "eve", "password": "long enough it is",
            "old": "x", "version": "1",
        }  # fmt: skip
        if path.startswith("/calls/at/"):
            usual |= {"ticket": ids["rung"]}
        if path.startswith("/greeter/") and path.endswith("/find"):
            usual |= {"text": "C002"}
        if "/way/" in path:
            usual |= {"place": "next"}
        if path.startswith("/paper/"):
            usual |= {"to": "on"}
        if path.startswith("/display/signs"):
            usual |= {"to": "on"}
        if path.startswith("/hand-log"):
            usual |= {"number": "C900"}
        return {"data": usual}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def sites(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Sites]:
    folder = tmp_path_factory.mktemp("apart") / "data"
    async with installation(folder, exchange="none") as here:
        ledger = here.running.ledger
        await load_site(ledger, SITE + MORE.replace("PAPER", "paper"), actor="test")
        text = (SITE + MORE).replace('key = "demo"', f'key = "{THERE}"').replace(NAME, "Otro")
        other = await load_site(ledger, text.replace("PAPER", "roll"), actor="test")
        await here.running.looks.read()
        yield await _filled(here, other["number"])


async def _filled(here: Installation, other: int) -> Sites:
    """Something of everything at the first site."""
    ledger, site = here.running.ledger, here.site

    async def run(command: Any, request: Any) -> Any:
        return await ledger.run(command, request, site=site, actor="system")

    async with here.client(await here.token("administrator")) as chief:

        async def made(path: str, **body: Any) -> dict[str, Any]:
            answer = await chief.post(f"/api/v1/{path}", json=body)
            assert answer.status_code < 300, answer.text
            return dict(answer.json())

        called = (await made("tickets", site=HERE, service="cash"))["id"]
        await made(f"desks/{HERE}.1/next")
        waits = (await made("tickets", site=HERE, service="cash"))["id"]
        rung = await made("callbacks", site=HERE, service="results", number="987 654 482")
        await made(f"desks/{HERE}.9/next")
        await chief.post(
            f"/printer/tickets/{waits}/reprint",
            data={"idempotency_key": "k" * 12, "printer": "paper"},
        )
    asked = await run(ask_help, AskHelp("hall"))
    shown = await run(show, ShowMessage("broadcast", {"es": "Hola a todos"}))
    await run(lambda tx, _: raise_alarm(tx, "parked-long", waits, {}), None)
    view = await ledger.read(reads.taken, waits, here.running.ledger.clock.line_ms())
    assert view is not None
    account = await here.person("rosa")
    token, secret = await here.running.accounts.create_token("agent", site=site, actor="test")
    box = await ledger.read(devices.by_key, site, "box", "entrance")
    ids = {
        "ref": f"{HERE}.1", "desk": f"{HERE}.1", "ticket": waits, "called": called, "rung": rung["ticket"],
        "ref@calls": f"{HERE}.9",
        "what@desk": "close", "what@greeter": "correct",
        "callback": rung["id"], "why": "desk", "what": "close-day", "move": "cancel", "act": "cancel",
        "printer": f"{HERE}.paper", "printer@printer": "paper", "job": "1", "name": "1.png",
        "account": str(account), "token": str(token), "device": str(box.id if box else 0),
        "number": str(asked.help), "number@supervisor": "1", "message": str(shown.message),
        "campaign": "1", "day": "2026-11-22", "section": "printers", "item": "paper",
        "step": "country", "kiosk": "door", "method": "offers", "key": "led", "code": view.code,
        "service": "cash", "which": "site",
    }  # fmt: skip
    marks = (NAME, waits, called, rung["id"], view.code, secret, "• 482")
    return Sites(here, other, ids, marks)


#: addresses with a parameter that is no id of a site's: what answers there is the asker's own
_NO_ID = ("/kiosk/", "/api/v1/box/kiosk/", "/api/v1/box/offer/", "/setup/")
#: addresses without one, where the site is named in what is asked
_NAMED = {
    "/board", "/desk", "/greeter", "/supervisor", "/api/v1/tickets", "/api/v1/callbacks",
    "/api/v1/journal", "/api/v1/live", "/api/v1/people/look-up", "/api/v1/people/erase",
    "/api/v1/people/opt-out",
}  # fmt: skip


def _theirs(pattern: str) -> bool:
    """Whether what is asked there is the first site's."""
    return pattern in _NAMED or ("{" in pattern and not pattern.startswith(_NO_ID))


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("role", list(Role))
async def test_nobody_of_another_site_reaches_anything(sites: Sites, role: Role) -> None:
    before, wrong, walked = await sites.head(), [], 0
    async with await sites.client(role, sites.other) as client:
        for method, pattern, permission in sites.routes():
            if not allowed(role, permission):
                continue
            answer = await sites.ask(client, method, pattern)
            walked += _theirs(pattern)
            told = [mark for mark in sites.marks if mark in answer.text]
            if told or answer.status_code not in ((403, 404) if _theirs(pattern) else range(500)):
                wrong.append((method, pattern, answer.status_code, told))
    assert not wrong
    assert walked > 3
    assert await sites.done(before) == []


@pytest.mark.asyncio(loop_scope="module")
@pytest.mark.parametrize("role", list(Role))
async def test_no_live_view_of_another_site_is_shown(sites: Sites, role: Role) -> None:
    hub, ids, site = sites.here.running.web.hub, sites.ids, sites.here.site
    args = (
        "", str(site), f"{site}/", f"{site}/main", f"{site}/hall", f"{site}/cash@hall", f"{site}/1",
        f"{site}/hall/{ids['ticket']}", f"{site}/hall/{ids['number']}", ids["ticket"],
        f"{HERE}.1", f"{HERE}.1/token:77", f"{HERE}.paper", "paper", f"{site}/token:77", HERE,
        str(site) + "/2026-11-22",
    )  # fmt: skip
    views = [
        view for view in hub._views.values()
        if view.permission != PUBLIC and allowed(role, view.permission)
    ]  # fmt: skip
    wrong, found = [], set()
    for mine in (sites.other, site):
        who = Principal(actor="token:77", role=role, site=mine, place=PLACES.get(role))
        for view, arg in product(views, args):
            try:
                shown = await view.admit(hub.context, who, arg)
                html = await view.render(hub.context, shown, arg, "es")
            except Refused:
                continue
            if mine == site:
                found.add(view.name)
            elif shown == site or any(mark in html for mark in sites.marks):
                wrong.append((view.name, arg))
    assert not wrong
    # the site's own are shown most of them: else the walk above would prove nothing
    assert len(found) > len(views) * 0.7


@pytest.mark.asyncio(loop_scope="module")
async def test_a_desks_own_token_works_at_no_other_desk(sites: Sites) -> None:
    before, wrong, walked = await sites.head(), [], 0
    token = await sites.here.token(Role.DESK, place="2")
    async with sites.here.client(token) as client:
        for method, pattern, permission in sites.routes():
            if allowed(Role.DESK, permission) and ("{ref" in pattern or "{desk" in pattern):
                walked += 1
                answer = await sites.ask(client, method, pattern)
                if answer.status_code != 403:
                    wrong.append((method, pattern, answer.status_code))
    hub = sites.here.running.web.hub
    who = Principal(actor="token:77", role=Role.DESK, site=sites.here.site, place="2")
    for name in ("desk", "desk-line", "desk-aside", "desk-call"):
        arg = f"{HERE}.1/token:77" if name in ("desk", "desk-call") else f"{HERE}.1"
        with pytest.raises(Refused, match="not-allowed"):
            await hub.view(name).admit(hub.context, who, arg)
    assert not wrong
    assert walked > 20
    assert await sites.done(before) == []


@pytest.mark.asyncio(loop_scope="module")
async def test_the_sites_own_find_what_others_do_not(sites: Sites) -> None:
    """The same walk by who may, at the end since it changes much: else the first proved nothing."""
    found, every = set(), set()
    for role in Role:
        async with await sites.client(role, sites.here.site) as client:
            for method, pattern, permission in sites.routes():
                if not allowed(role, permission) or pattern == "/api/v1/live":
                    continue
                answer = await sites.ask(client, method, pattern)
                every |= {(method, pattern)} if _theirs(pattern) else set()
                if answer.status_code not in (401, 403, 404, 422):
                    found.add((method, pattern))
    assert len(found & every) > len(every) * 0.75, sorted(every - found)

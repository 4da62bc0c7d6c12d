"""A day of callbacks by every way there is, and no telephone number stays readable anywhere."""

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.peers.server import RunningServer
from tests.server.api.test_callbacks import CALLS
from tests.telephony.messages.gateway import Gateway, running
from turnero.store.keys import load_key
from turnero.telephony.handset import OWN

#: where it is given → the number: what its last two digits do is in simulated/telephones.py
NUMBERS = {
    "api": "987651301",
    "kiosk": "987652404",
    "page": "987653507",
    "desk": "987654604",
    "list": "987655706",
    "rings in": OWN[3:],
}
#: what is refused by every way → the problem, and how it is said to a patient of Peru
REFUSED = {
    "987656808,,9": ("phone-unreadable", "Esto no es un número de teléfono"),
    "*72987656808": ("phone-unreadable", "Esto no es un número de teléfono"),
    "987656808 anexo 12": ("phone-unreadable", "Esto no es un número de teléfono"),
    "0909 876 568": ("phone-unreadable", "Esto no es un número de teléfono"),
    # the site calls the United States, with which this begins: it is Jamaica's
    "+1 876 987 6568": ("phone-region", "No podemos llamar a ese país"),
    "987 656 80": ("phone-impossible", "Este número no existe"),
    "0800 12 345": ("phone-sort", "No podemos llamar a esta clase de número"),
    "112": ("phone-short", "Este número es muy corto para devolverle la llamada"),
    "0909": ("phone-short", "Este número es muy corto para devolverle la llamada"),
    "anonymous": ("phone-missing", "Falta el número de teléfono"),
    "": ("phone-missing", "Falta el número de teléfono"),
}
SITE = CALLS + 'regions = ["US"]\n'
#: stages of a callback in which a desk waits for somebody to answer
RINGING = {"reserved", "desk", "dialling", "confirming", "joining"}
NAME = "Rigoberta Quispe"


def soon(so: Any, what: str, within_s: float = 60) -> Any:
    until = time.monotonic() + within_s
    while not (found := so()):
        assert time.monotonic() < until, what
        time.sleep(0.1)
    return found


def windows() -> Iterator[str]:
    """Every eight digits in a row of each number, and how people write it."""
    numbers = [*NUMBERS.values(), *(re.sub(r"\D", "", one) for one in REFUSED)]
    for number in numbers:
        yield from (number[n : n + 8] for n in range(len(number) - 7))
    for number in NUMBERS.values():
        for between in (" ", "-", ".", "%20", "+", "\u00a0"):
            yield between.join((number[:3], number[3:6], number[6:]))


def shown_in(text: str) -> list[str]:
    return [one for one in windows() if one in text]


class Day:
    """The hospital, and everybody who gives a number."""

    def __init__(self, server: RunningServer) -> None:
        self.server = server
        self.clients = {role: server.client(role) for role in ("agent", "supervisor", "kiosk")}
        self.clients["public"] = server.client()
        for client in self.clients.values():
            client.headers["accept-language"] = "es"
            client.headers["origin"], client.follow_redirects = server.url, True
        #: every answer to something that was refused, or that tells what is kept of a number
        self.refusals: list[httpx.Response] = []
        self.told: list[httpx.Response] = []

    def act(self, role: str, path: str, **form: str) -> httpx.Response:
        """A page's form is sent."""
        return self.clients[role].post(path, data=form | {"idempotency_key": uuid4().hex})

    def ask(self, path: str, **body: Any) -> Any:
        answer = self.clients["supervisor"].post(f"/api/v1{path}", json=body)
        assert answer.is_success, answer.text
        return answer.json()

    def open_calls(self) -> list[dict[str, Any]]:
        answer = self.clients["agent"].get("/api/v1/callbacks", params={"site": "demo"})
        found: list[dict[str, Any]] = answer.json()["callbacks"]
        return found

    def facts(self, kind: str) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        after = 0
        while True:
            answer = self.clients["supervisor"].get(
                "/api/v1/journal", params={"site": "demo", "after": after, "limit": 1000}
            )
            page = answer.json()["facts"]
            if not page:
                return [fact["data"] for fact in found if fact["kind"] == kind]
            found += page
            after = page[-1]["seq"]

    def everybody_asks(self) -> None:
        """Each way in, once."""
        body = {"site": "demo", "service": "cash", "name": NAME, "relation": "mother"}
        self.ask("/callbacks", number=f"+51 {NUMBERS['api']}", reason="Saldo", **body)
        kiosk = {"service": "cash", "number": NUMBERS["kiosk"]}
        assert NUMBERS["kiosk"][:3] in self.act("kiosk", "/kiosk/call", **kiosk).text
        assert self.act("kiosk", "/kiosk/call", sure="yes", **kiosk).status_code == 200
        taken = self.ask("/tickets", site="demo", service="cash")
        page = {"number": NUMBERS["page"], "sure": "yes"}
        path = httpx.URL(taken["public_url"]).path
        assert self.act("public", f"{path}/call", **page).status_code == 200
        desk = {"service": "cash", "number": NUMBERS["desk"], "name": NAME}
        assert "se borra 30 días después" in self.clients["agent"].get("/calls/demo").text
        assert self.act("agent", "/calls/demo/ask", **desk).status_code == 200
        assert sorted(one["how"] for one in self.open_calls()) == ["api", "desk", "kiosk", "web"]
        text = f"Nombre;Teléfono;Nota\n{NAME};{NUMBERS['list']};Control\nOtro;987656808,,9;\n"
        made = self.clients["supervisor"].post(
            "/campaigns/demo",
            data={"name": "Control", "service": "cash", "script": "Buenos días", "from": "00:00"},
            files={"list": ("lista.csv", text.encode(), "text/csv")},
        )
        assert made.status_code == 200, made.text
        self.refusals.append(made)

    def everybody_is_refused(self) -> None:
        """What must not be dialled, by each way in."""
        taken = self.ask("/tickets", site="demo", service="cash")
        path = httpx.URL(taken["public_url"]).path
        agent, program = self.clients["agent"], self.clients["supervisor"]
        for number, (code, said) in REFUSED.items():
            body = {"site": "demo", "service": "cash", "number": number}
            form = {"service": "cash", "number": number, "sure": "yes"}
            # Who types a number sees it again in the field; a program does not.
            for answer in (
                self.act("kiosk", "/kiosk/call", **form),
                self.act("public", f"{path}/call", **form),
                self.act("agent", "/calls/demo/ask", **form),
                self.act("supervisor", "/people/demo/find", number=number, reason="Carta 118"),
            ):
                assert (answer.status_code, said in answer.text) == (422, True), answer.text
            told = agent.post("/api/v1/callbacks", json=body)
            assert (told.status_code, told.json()["code"], told.json()["title"]) == (
                422,
                code,
                said,
            )
            assert told.json()["type"] == f"urn:turnero:problem:{code}"
            self.refusals += [
                told,
                agent.post("/api/v1/callbacks", json=[body]),
                program.post("/api/v1/people/erase", json={"site": "demo", "number": number}),
                agent.post("/api/v1/callbacks", content=f'{{"number": "{number}"'),
                agent.post(f"/api/v1/callbacks/{NUMBERS['api']}/cancel", json={}),
                self.act("public", f"/t/{NUMBERS['page']}/call", number=number),
            ]
        self.ask(f"/tickets/{taken['id']}/cancel")
        assert {one.status_code for one in self.refusals[1:]} <= {400, 404, 422}

    def all_are_called(self) -> None:
        """Two desks work until everybody was rung, and somebody rings in meanwhile."""
        program = self.clients["supervisor"]
        assert self.act("supervisor", "/phone", act="ring-in").status_code == 200
        for desk in ("1", "2"):
            self.ask(f"/desks/demo.{desk}/open")
        until = time.monotonic() + 120
        while len(self.rung()) < len(NUMBERS):
            assert time.monotonic() < until, self.open_calls()
            busy = {one["desk"] for one in self.open_calls() if one["stage"] in RINGING}
            for desk in ("1", "2"):
                if f"demo.{desk}" not in busy:
                    program.post(f"/api/v1/desks/demo.{desk}/next", json={"outcome": "attended"})
            page = program.get("/phone").text
            for leg in set(re.findall(r'name="leg" value="([^"]+)"', page)):
                self.act("supervisor", "/phone", act="answer", leg=leg)
                # Who rings in asks to be called back with it, and who is called says that it is they.
                self.act("supervisor", "/phone", act="press", leg=leg, digit="1")
            time.sleep(1)

    def all_ask_what_is_kept(self) -> None:
        """On the page and by a program; one wants no messages, and one has it erased."""
        program = self.clients["supervisor"]
        for number in NUMBERS.values():
            body = {"site": "demo", "number": number}
            page = self.act("supervisor", "/people/demo/find", number=number, reason="Carta 118")
            told = program.post("/api/v1/people/look-up", json=body | {"reason": "Carta 118"})
            assert f"termina en {number[-3:]}" in page.text
            assert (page.status_code, told.json()["tail"]) == (200, number[-3:])
            self.told += [page, told]
            index = dict(re.findall(r'name="(index)" value="([^"]+)"', page.text))
            self.told.append(self.act("supervisor", "/people/demo/opt-out", **index))
            ids = [one["id"] for one in told.json()["callbacks"] if one["end"] is None]
            self.told.append(program.post("/api/v1/people/erase", json=body | {"cancels": ids}))
        # Who still speaks has to wait for it.
        assert {one.status_code for one in self.told} <= {200, 409}
        assert self.facts("number-erased")

    def rung(self) -> set[str]:
        """Callbacks whose telephone rang, or whose number was tried."""
        dialled = self.facts("leg-dialled")
        return {one["callback"] for one in dialled if one["side"] == "patient"}


@contextmanager
def working(folder: Path, gateway: Gateway) -> Iterator[Day]:
    server = RunningServer(
        folder / "data",
        environment={
            "TURNERO_LOG_LEVEL": "debug",
            "TURNERO_ACCESS_LOG": "true",
            "TURNERO_LOG_FORMAT": "json",
            "TURNERO_EXCHANGE": "simulated",
            "TURNERO_MESSAGES_PHONE": gateway.url,
        },
    )
    server.environment["TURNERO_PUBLIC_ADDRESS"] = server.url
    server.data.mkdir()
    server.load(SITE)
    gateway.key = load_key(server.data, "messages")
    server.start()
    try:
        yield Day(server)
    finally:
        server.stop()


@pytest.mark.timeout(280)
def test_after_a_day_of_callbacks_no_number_is_readable_anywhere(tmp_path: Path) -> None:
    with running(Gateway()) as gateway, working(tmp_path, gateway) as day:
        server = day.server
        soon(lambda: day.clients["agent"].get("/calls/demo").is_success, "the page")
        day.everybody_asks()
        day.everybody_is_refused()
        day.all_are_called()
        day.all_ask_what_is_kept()
        metrics = day.clients["supervisor"].get("/metrics")
        server.command("site", "save", str(tmp_path / "site.toml"))
        server.command("backup", str(tmp_path / "backup.db"))
        doctor = server.tool("doctor", "--json", "--data", str(server.data)).stdout
        told = {message["to"] for message in gateway.kept.values()}
    assert len(told & {f"+51{number}" for number in NUMBERS.values()}) >= 3
    assert shown_in(metrics.text + doctor) == []
    for refused in day.refusals + day.told:
        assert shown_in(refused.text + str(refused.headers)) == [], refused.request.url
    files = [one for one in tmp_path.rglob("*") if one.is_file()]
    assert {one.name for one in files} >= {"turnero.db", "backup.db", "site.toml", "data.log"}
    for file in files:
        assert shown_in(file.read_text("utf-8", "replace")) == [], file
        assert NAME not in file.read_text("utf-8", "replace"), file
    with closing(sqlite3.connect(tmp_path / "backup.db")) as database:
        plain = "\n".join(database.iterdump())
    assert shown_in(plain) == []

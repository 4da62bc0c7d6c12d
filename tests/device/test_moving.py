"""A box that goes elsewhere: to another site, to another server, and to what is no server at all."""

import re
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.device.standing import Hospital, PaperMachine, RunningBox, site, soon
from tests.peers.certificates import certificate_of_here
from tests.peers.server import SITE, RunningServer
from turnero.device.link import Link
from turnero.store.errors import Unavailable


class Stranger(BaseHTTPRequestHandler):
    """Answers everything alike, and remembers what it was shown."""

    status, kind, body = 200, "text/html", b"<h1>Free wifi</h1>"
    shown: list[str]

    def do_GET(self) -> None:
        self.shown += [value for name, value in self.headers.items() if "auth" in name.lower()]
        self.rfile.read(int(self.headers.get("content-length", 0)))
        self.send_response(self.status)
        self.send_header("content-type", self.kind)
        self.send_header("content-length", str(len(self.body)))
        self.end_headers()
        self.wfile.write(self.body)

    def do_POST(self) -> None:
        self.do_GET()

    def log_message(self, *_said: object) -> None:
        """Nothing."""


@contextmanager
def stranger(
    *, tls: ssl.SSLContext | None = None, **said: object
) -> Iterator[tuple[str, list[str]]]:
    """Its address, and what proofs it was shown."""
    shown: list[str] = []
    handler = type("Said", (Stranger,), {"shown": shown, **said})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    if tls is not None:
        server.socket = tls.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://localhost:{server.server_port}", shown
    finally:
        server.shutdown()
        server.server_close()


def ask_again(box: RunningBox) -> None:
    """Somebody presses the button on its screen."""
    with httpx.Client(trust_env=False, headers={"origin": box.url}) as client:
        answer = client.post(f"{box.url}/pair", data={"idempotency_key": uuid4().hex})
        assert answer.status_code == 303, answer.text


def test_a_box_that_goes_to_another_site_prints_nothing_of_the_one_before(
    hospital: Hospital, machine: PaperMachine
) -> None:
    north = SITE.replace('key = "demo"', 'key = "north"').replace("Hospital de prueba", "Norte")
    described = site({"own": machine.url}).removeprefix(SITE).replace('"entrance"', '"gate"')
    hospital.server.load(north + described)
    box = hospital.box
    box.start()
    hospital.pair()
    machine.set(paper="out")
    hospital.issue()
    soon("it waits for paper", lambda: hospital.jobs() == ["failed"])
    assert hospital.send(f"/boxes/{hospital.device('box', 'entrance')}/revoke").is_redirect
    soon("it says so", lambda: "switched off by an administrator" in box.get("/").text)
    ask_again(box)
    code = hospital.code()
    assert hospital.send(
        "/boxes/approve", code=code, device=hospital.device("box", "gate")
    ).is_redirect
    soon("it is there", lambda: "Norte" in box.get("/status").text)
    hospital.connected()
    machine.set()
    number = hospital.issue(site="north")["number"]
    soon("the paper of its site", lambda: machine.papers)
    soon("and the server knows", lambda: hospital.jobs()[-1] == "printed")
    assert number.encode() in machine.papers[0]
    assert (len(machine.papers), hospital.jobs(box.data)) == (1, ["cancelled", "printed"])


def test_a_job_of_another_server_is_not_taken_for_one_of_the_same_number(
    hospital: Hospital, machine: PaperMachine, tmp_path: Path
) -> None:
    box = hospital.box
    box.start()
    hospital.pair()
    hospital.issue()
    soon("the first paper", lambda: hospital.jobs() == ["printed"])
    box.stop()
    second = RunningServer(tmp_path / "second")
    second.data.mkdir()
    second.load(site({"own": machine.url}))
    elsewhere = Hospital(second, tmp_path)
    second.start()
    try:
        elsewhere.box.server = second.url.replace("127.0.0.1", "localhost")
        elsewhere.box.start()
        elsewhere.pair()
        elsewhere.issue()
        soon("the paper of the second", lambda: elsewhere.jobs() == ["printed"])
        assert len(machine.papers) == 2
    finally:
        elsewhere.close()
        second.stop()


def test_its_token_is_shown_to_nobody_but_who_gave_it(hospital: Hospital) -> None:
    box = hospital.box
    box.start()
    hospital.pair()
    box.stop()
    with stranger() as (address, shown):
        box.server = address
        box.start()
        soon("it says what answers there", lambda: "it is not Turnero" in box.get("/").text)
        assert shown == []
        box.stop()
    box.server = hospital.server.url
    box.start()
    hospital.connected()
    assert box.log.count("tur_") == 0


@pytest.mark.parametrize(
    "said",
    [
        {},
        {"status": 302},
        {"status": 401},
        {"status": 404},
        {"status": 503},
        {"kind": "text/plain"},
    ],
)
async def test_what_is_no_server_of_ours_is_neither_connected_nor_an_administrator(
    said: dict[str, Any],
) -> None:
    with stranger(**said) as (address, _):
        link = Link(address)
        link.use("tur_x")
        with pytest.raises(Unavailable):
            await link.config()
        assert (link.standing, link.why) == ("away", "stranger")
        await link.close()


@pytest.mark.parametrize(
    ("address", "why"),
    [("http://nobody.invalid", "unnamed"), ("http://127.0.0.1:1", "closed")],
)
async def test_why_nobody_is_reached(address: str, why: str) -> None:
    link = Link(address)
    with pytest.raises(Unavailable):
        await link.poll("s")
    assert link.why == why
    await link.close()


async def test_https_where_there_is_none_is_no_wrong_certificate(hospital: Hospital) -> None:
    link = Link(re.sub("^http", "https", hospital.server.url))
    with pytest.raises(Unavailable):
        await link.poll("s")
    assert link.why == "stranger"
    await link.close()


async def test_whom_this_machine_vouches_for_is_believed_and_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate = certificate_of_here(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    # it answers as a stranger: what counts here is that it is heard
    for vouched, why in (("", "uncertified"), (str(certificate), "stranger")):
        monkeypatch.setenv("SSL_CERT_FILE", vouched)
        with stranger(tls=context) as (address, _):
            link = Link(address.replace("http://localhost", "https://127.0.0.1"))
            with pytest.raises(Unavailable):
                await link.poll("s")
            assert link.why == why
            await link.close()

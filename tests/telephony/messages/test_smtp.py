"""E-mail against a real SMTP server: what each of its answers means, and TLS that is not optional."""

import asyncio
import socket
import ssl
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope

from tests.peers.certificates import certificate_of_here
from turnero.telephony.messages import port, smtp
from turnero.telephony.messages.port import SENT, Message, Outcome
from turnero.telephony.messages.smtp import Smtp
from turnero.telephony.messages.ways import Server, Tls, server_of

TO = "tecnica@hospital.example"
MAIL = Message(
    "1-7",
    "mail",
    TO,
    "Clínica Ñusta: la impresora p1 no imprime.\n.y una línea con punto",
    "Alarma «ñ»",
    "es-PE",
    "alarm",
)


class Box:
    """What the server's mailbox does and keeps."""

    def __init__(self) -> None:
        self.kept: list[Envelope] = []
        self.rcpt = "250 OK"
        self.data = "250 taken"
        self.pause_s = 0.0

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: SMTP, _session: Any, envelope: Envelope, address: str, _options: Any
    ) -> str:
        if self.rcpt.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(  # noqa: N802
        self, _server: SMTP, _session: Any, envelope: Envelope
    ) -> str:
        if self.data == "cut":
            raise ConnectionResetError
        self.kept.append(envelope)
        await asyncio.sleep(self.pause_s)
        return self.data


class Cutting(SMTP):
    """Closes the connection once the text is there."""

    async def handle_exception(self, error: Exception) -> str:
        assert isinstance(self.transport, asyncio.Transport)
        self.transport.abort()
        return "421 gone"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of 127.0.0.1, with its key."""
    return certificate_of_here(tmp_path_factory.mktemp("tls"))


@asynccontextmanager
async def serving(box: Box, tls: ssl.SSLContext | None = None, **more: Any) -> AsyncIterator[int]:
    """A real SMTP server on a free port."""
    loop = asyncio.get_running_loop()

    def made() -> SMTP:
        return Cutting(box, loop=loop, hostname="here", **more)

    server = await loop.create_server(made, "127.0.0.1", 0, ssl=tls)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()


def by(port_: int, tls: Tls = "none", *, trusts: Path | None = None, **more: Any) -> Smtp:
    server = Server("127.0.0.1", port_, tls, more.get("user", ""), more.get("password", ""))
    context = ssl.create_default_context(cafile=str(trusts) if trusts else None)
    return Smtp(server, "Hospital <turnos@hospital.example>", context)


def read(envelope: Envelope) -> EmailMessage:
    assert isinstance(envelope.content, bytes)
    found = message_from_bytes(envelope.content, policy=policy.default)
    assert isinstance(found, EmailMessage)
    return found


async def test_it_arrives_whole_with_its_letters() -> None:
    box = Box()
    async with serving(box) as port_:
        way = by(port_)
        assert await way.check() is None
        assert await way.send(MAIL) == SENT
    (envelope,) = box.kept
    assert (envelope.mail_from, envelope.rcpt_tos) == ("turnos@hospital.example", [TO])
    mail = read(envelope)
    assert mail["Subject"] == MAIL.subject
    assert mail["Message-ID"] == "<1-7@hospital.example>"
    assert mail["To"] == TO
    assert mail.get_content().splitlines() == MAIL.text.splitlines()


@pytest.mark.parametrize(
    ("rcpt", "data", "meaning"),
    [
        ("550 no such user", "250 taken", Outcome("refused", "smtp-550")),
        ("451 greylisted", "250 taken", Outcome("failed", "smtp-451")),
        ("250 OK", "554 spam", Outcome("refused", "smtp-554")),
        ("250 OK", "452 full", Outcome("failed", "smtp-452")),
        ("250 OK", "cut", Outcome("unknown", "unreachable")),
    ],
)
async def test_what_the_servers_answers_mean(rcpt: str, data: str, meaning: Outcome) -> None:
    box = Box()
    box.rcpt, box.data = rcpt, data
    async with serving(box) as port_:
        assert await by(port_).send(MAIL) == meaning


async def test_nobody_there_is_a_failure_and_not_unknown() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        way = by(free.getsockname()[1])
        assert await way.send(MAIL) == Outcome("failed", "unreachable")
        assert await way.check() == "ConnectionRefusedError"


@pytest.fixture
def soon(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Times of a test."""
    monkeypatch.setattr(smtp, "STEP_S", 5.0)
    monkeypatch.setattr(smtp, "LONGEST_S", 0.5)
    return  # type: ignore[return-value]


@pytest.mark.usefixtures("soon")
async def test_a_server_that_takes_the_text_and_says_nothing_leaves_it_unknown() -> None:
    box = Box()
    box.pause_s = 3.0
    async with serving(box) as port_:
        assert await by(port_).send(MAIL) == Outcome("unknown", "no-answer")


@asynccontextmanager
async def dribbling() -> AsyncIterator[int]:
    """A server that greets for ever, a sign at a time."""

    async def dribble(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220-")
        while not writer.is_closing():
            writer.write(b".")
            await writer.drain()
            await asyncio.sleep(0.05)

    server = await asyncio.start_server(dribble, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1]


@pytest.mark.usefixtures("soon")
async def test_a_server_that_dribbles_holds_nobody_up() -> None:
    async with dribbling() as port_:
        started = asyncio.get_running_loop().time()
        assert await by(port_).send(MAIL) == Outcome("failed", "no-answer")
        assert asyncio.get_running_loop().time() - started < 2


@pytest.mark.usefixtures("soon")
async def test_what_was_given_up_while_it_connected_is_not_sent_behind_our_back(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    connect = socket.create_connection

    def late(*given: Any, **named: Any) -> socket.socket:
        time.sleep(1.0)  # a name that is long looked up, or an address of several that is dead
        return connect(*given, **named)

    monkeypatch.setattr(socket, "create_connection", late)
    box = Box()
    async with serving(box) as port_:
        assert await by(port_).send(MAIL) == Outcome("failed", "no-answer")
        await asyncio.get_running_loop().shutdown_default_executor()
    assert box.kept == [], "it is tried again, and would come twice"


async def test_a_server_that_dribbles_does_not_hold_up_our_stop() -> None:
    async with dribbling() as port_:
        sending = asyncio.create_task(by(port_).send(MAIL))
        await asyncio.sleep(0.3)
        sending.cancel()
        async with asyncio.timeout(5):
            await asyncio.gather(sending, return_exceptions=True)
            await asyncio.get_running_loop().shutdown_default_executor()


@pytest.mark.parametrize(
    ("greets", "tls", "told"),
    [
        ("220 here", "454 not now", "smtp-454"),
        ("220 here", "501 never", "smtp-501"),
        ("554 nobody is served", "", "smtp-554"),
    ],
)
async def test_who_cannot_serve_us_gets_neither_password_nor_message_and_may_later(
    greets: str, tls: str, told: str
) -> None:
    heard: list[bytes] = []

    async def refuses(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"{greets}\r\n".encode())
        while line := (await reader.readline()).upper():
            heard.append(line.split()[0])
            if line.startswith(b"EHLO"):
                writer.write(b"250-here\r\n250-AUTH PLAIN\r\n250 STARTTLS\r\n")
            else:
                writer.write(f"{tls}\r\n".encode() if line == b"STARTTLS\r\n" else b"250 fine\r\n")
        writer.close()

    server = await asyncio.start_server(refuses, "127.0.0.1", 0)
    async with server:
        way = by(server.sockets[0].getsockname()[1], "starttls", user="u", password="p")
        assert await way.send(MAIL) == Outcome("failed", told)
        assert await way.check() == told
    assert heard == ([b"EHLO", b"STARTTLS"] * 2 if tls else [])


async def test_an_answer_that_is_none_after_the_text_leaves_it_unknown() -> None:
    async def babbles(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 here\r\n")
        while line := await reader.readline():
            if line == b"DATA\r\n":
                writer.write(b"354 go on\r\n")
                await reader.readuntil(b"\r\n.\r\n")
                writer.write(b"250 " + b"x" * 20_000 + b"\r\n")
            else:
                writer.write(b"250 here\r\n")
        writer.close()

    server = await asyncio.start_server(babbles, "127.0.0.1", 0)
    async with server:
        way = by(server.sockets[0].getsockname()[1])
        assert await way.send(MAIL) == Outcome("unknown", "unreachable")


@pytest.mark.parametrize("tls", ["starttls", "from-start"])
async def test_with_tls_and_a_password(tls: Tls, certificate: Path) -> None:
    box = Box()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)

    def authenticated(_server: Any, _session: Any, _envelope: Any, _how: str, given: Any) -> Any:
        return AuthResult(success=given.password == b"secret", handled=False)

    more: dict[str, Any] = {"authenticator": authenticated, "auth_required": True}
    if tls == "starttls":
        more |= {"tls_context": context, "require_starttls": True}
    else:
        more |= {"auth_require_tls": False}
    async with serving(box, context if tls == "from-start" else None, **more) as port_:
        right = by(port_, tls, trusts=certificate, user="turnero", password="secret")
        wrong = by(port_, tls, trusts=certificate, user="turnero", password="guess")
        assert await right.send(MAIL) == SENT
        assert await wrong.send(MAIL) == Outcome("failed", "smtp-535")
        assert await wrong.check() == "smtp-535"
    assert len(box.kept) == 1


@pytest.mark.parametrize("tls", ["starttls", "from-start"])
async def test_a_certificate_that_nobody_trusts_gets_no_message(
    tls: Tls, certificate: Path
) -> None:
    box = Box()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    more = {"tls_context": context} if tls == "starttls" else {}
    async with serving(box, context if tls == "from-start" else None, **more) as port_:
        outcome = await by(port_, tls).send(MAIL)
    assert outcome == Outcome("failed", "tls")
    assert box.kept == []


async def test_a_server_without_tls_gets_no_message_where_tls_is_asked_for() -> None:
    box = Box()
    async with serving(box) as port_:
        assert await by(port_, "starttls").send(MAIL) == Outcome("failed", "tls")
    assert box.kept == []


async def test_an_address_cannot_smuggle_a_header() -> None:
    box = Box()
    async with serving(box) as port_:
        evil = MAIL._replace(to="a@b.example\r\nBcc: c@d.example")
        with pytest.raises(ValueError, match="linefeed"):
            await by(port_).send(evil)
    assert box.kept == []


@pytest.mark.parametrize(
    ("address", "server"),
    [
        ("smtp://mail.example", Server("mail.example", 587, "starttls", "", "")),
        ("smtps://u:p%40ss@mail.example", Server("mail.example", 465, "from-start", "u", "p@ss")),
        ("smtp://127.0.0.1:2525?tls=none", Server("127.0.0.1", 2525, "none", "", "")),
    ],
)
def test_how_a_server_is_named(address: str, server: Server) -> None:
    assert server_of(address) == server
    assert "p@ss" not in repr(server)


@pytest.mark.parametrize(
    "address",
    ["smtp://mail.example?tls=none", "smtp://", "ftp://x", "smtp://x/path", "smtp://x?verify=no"],
)
def test_what_is_no_server(address: str) -> None:
    with pytest.raises(ValueError, match=r"must be|without TLS|only tls=none"):
        server_of(address)


def test_a_slip_in_a_password_does_not_show_it() -> None:
    with pytest.raises(ValueError, match="%23") as caught:
        server_of("smtp://turnero:hush#secret@mail.example")
    assert "hush" not in str(caught.value)


def test_an_attempt_is_shorter_than_its_lease() -> None:
    from turnero.queue.outbox import LEASE_MS

    assert port.LONGEST_S * 1000 < LEASE_MS
    assert TO not in repr(MAIL)

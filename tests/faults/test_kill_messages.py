"""`kill -9` while messages are on their way to a real gateway and a real mail server.

A gateway takes one id once, so it gets a message again that was cut off. Of an e-mail nobody can
say whether it went: it is not sent again, and is said to be unknown. Nothing is lost in silence.
"""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiosmtpd.controller import Controller

from tests.peers.ports import free_port
from tests.peers.server import RunningServer
from tests.telephony.messages.gateway import Gateway, running
from turnero.queue.people_tables import MAIL, NUMBER
from turnero.store.keys import load_key
from turnero.store.vault import Vault

NUMBER_OF_MARIA = "+51987654482"
TECHNICIAN = "tecnica@hospital.example"


class Box:
    """A mailbox; one step of the talk may be held, as long as the other side is there."""

    def __init__(self) -> None:
        #: RCPT | DATA, to be held once
        self.hold = ""
        self.holds = threading.Event()
        self.kept: list[bytes] = []

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """The address: before it no text was sent."""
        await self._held("RCPT")
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        """The text is here, and whoever sent it does not know yet."""
        self.kept.append(envelope.content)
        await self._held("DATA")
        return "250 taken"

    async def _held(self, step: str) -> None:
        if self.hold == step:
            self.hold = ""
            self.holds.set()
            await asyncio.sleep(60)


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with running(Gateway()) as found:
        yield found
        found.release.set()


@pytest.fixture
def box() -> Iterator[tuple[Box, int]]:
    found = Box()
    port = free_port()
    controller = Controller(found, hostname="127.0.0.1", port=port)
    controller.start()
    yield found, port
    controller.stop()


def write(data: Path, dedup: str, channel: str) -> None:
    """A message, straight into the outbox."""
    vault, now_ms = Vault(data), time.time_ns() // 1_000_000
    to, field = (NUMBER_OF_MARIA, NUMBER) if channel == "phone" else (TECHNICIAN, MAIL)
    sort = "missed" if channel == "phone" else "alarm"
    with closing(sqlite3.connect(data / "turnero.db", timeout=20)) as database, database:
        database.execute(
            "INSERT INTO outbox (site, sort, channel, to_index, to_sealed, language, params, state,"
            " attempts, due_ms, until_ms, created_ms, dedup)"
            " VALUES (1, ?, ?, ?, ?, 'es', '{}', 'queued', 0, ?, ?, ?, ?)",
            (
                *(sort, channel, vault.index(to, field), vault.seal(to, field)),
                *(now_ms, now_ms + 3_600_000, now_ms, dedup),
            ),
        )


def stand(data: Path) -> dict[str, tuple[str, str | None]]:
    """Message → how it stands, and why."""
    with closing(sqlite3.connect(data / "turnero.db", timeout=20)) as database:
        return {
            row[0]: row[1:] for row in database.execute("SELECT dedup, state, reason FROM outbox")
        }


def ended(data: Path) -> list[tuple[str, str]]:
    """What the journal says of messages."""
    with closing(sqlite3.connect(data / "turnero.db", timeout=20)) as database:
        rows = database.execute("SELECT body FROM journal WHERE kind = 'outbox-ended' ORDER BY seq")
        bodies = [msgspec.json.decode(row[0]) for row in rows]
    return [(body["sort"], body["state"]) for body in bodies]


def the_lease_runs_out(data: Path) -> None:
    """As if a minute and a half went by while nobody serves."""
    with closing(sqlite3.connect(data / "turnero.db", timeout=20)) as database, database:
        assert (
            database.execute("UPDATE outbox SET due_ms = 1 WHERE state = 'sending'").rowcount == 2
        )


def soon(so: Any, what: str) -> None:
    until = time.monotonic() + 60
    while not so():
        assert time.monotonic() < until, what
        time.sleep(0.05)


def test_killed_in_the_middle_nothing_is_sent_twice_and_nothing_is_lost(
    tmp_path: Path, gateway: Gateway, box: tuple[Box, int]
) -> None:
    mailbox, port = box
    server = RunningServer(
        tmp_path / "data",
        environment={
            "TURNERO_MESSAGES_PHONE": gateway.url,
            "TURNERO_MESSAGES_MAIL": f"smtp://127.0.0.1:{port}?tls=none",
            "TURNERO_MESSAGES_FROM": "Hospital <turnos@hospital.example>",
        },
    )
    server.data.mkdir()
    server.load()
    gateway.key = load_key(server.data, "messages")

    def both_hold() -> bool:
        return gateway.holds.is_set() and mailbox.holds.is_set()

    def all_over() -> bool:
        return {state for state, _ in stand(server.data).values()} <= {"sent", "unknown"}

    try:
        # The gateway and the mailbox have it, and nobody was told.
        gateway.answers, mailbox.hold = ["hold"], "DATA"
        for dedup, channel in (("text-1", "phone"), ("mail-1", "mail"), ("text-2", "phone")):
            write(server.data, dedup, channel)
        server.start()
        soon(both_hold, "both are in the middle")
        server.kill()
        assert stand(server.data) == {
            "text-1": ("sending", None),
            "mail-1": ("sending", None),
            "text-2": ("queued", None),
        }
        assert len(mailbox.kept) == 1
        # Neither has it: killed before the text, or read by nobody.
        the_lease_runs_out(server.data)
        gateway.holds.clear()
        mailbox.holds.clear()
        server.start()
        soon(all_over, "what was cut off is dealt with")
        gateway.answers, mailbox.hold = ["ignore"], "RCPT"
        write(server.data, "text-3", "phone")
        write(server.data, "mail-2", "mail")
        soon(both_hold, "both are in the middle again")
        server.kill()
        the_lease_runs_out(server.data)
        server.start()
        soon(all_over, "what was cut off again is dealt with")
    finally:
        server.kill()

    assert stand(server.data) == {
        "text-1": ("sent", None),
        "text-2": ("sent", None),
        "text-3": ("sent", None),
        "mail-1": ("unknown", "interrupted"),
        "mail-2": ("unknown", "interrupted"),
    }
    assert len(gateway.kept) == 3
    assert gateway.asked == 5  # two of them again, under the same id
    assert gateway.wrong == []
    assert len(mailbox.kept) == 1
    assert sorted(ended(server.data)) == [("alarm", "unknown")] * 2 + [("missed", "sent")] * 3

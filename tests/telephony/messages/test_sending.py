"""From the outbox to a real gateway: rendered, addressed, sent once; a crash loses and repeats nothing."""

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import msgspec
import pytest
import structlog
from sqlalchemy import select

from tests.telephony.messages.gateway import KEY, Gateway, running
from tests.telephony.messages.test_following import ALARMED, MOBILE, Following
from tests.telephony.room import CALLING, Room, room
from turnero.queue.commands import outbox as commands
from turnero.queue.outbox import BACK_OFF_MS, LEASE_MS, SORTS
from turnero.queue.people_tables import outbox
from turnero.queue.tables import ticket
from turnero.store.sql import Statement
from turnero.telephony.messages.console import Console
from turnero.telephony.messages.following import for_patients, for_technicians
from turnero.telephony.messages.port import SENT, Message, Outcome
from turnero.telephony.messages.texts import _ALARMS, About, text_of
from turnero.telephony.messages.webhook import Webhook
from turnero.telephony.messages.worker import Worker

_ALL = Statement(select(outbox).order_by(outbox.c.id))
_CODE = Statement(select(ticket.c.code).order_by(ticket.c.issued_ms.desc()).limit(1))
PUBLIC = "https://turnos.hospital.example"
SHOWN = CALLING + '\n[callbacks]\nshows = "+5116117300"\n'


@pytest.fixture
async def at(tmp_path: Path) -> AsyncIterator[Room]:
    async with room(tmp_path, dials=False, site=SHOWN) as found:
        yield found


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with running(Gateway()) as found:
        yield found


@asynccontextmanager
async def sending(at: Room, gateway: Gateway) -> AsyncIterator[Worker]:
    way = Webhook(gateway.url, KEY, lambda: time.time_ns() // 1_000_000)
    try:
        yield Worker(at.ledger, at.vault, {"phone": way, "mail": way}, PUBLIC)
    finally:
        await way.close()


async def asked(at: Room, **more: Any) -> str:
    """Somebody asked to be rung and their message waits; the secret of their page."""
    await at.ask(MOBILE, **more)
    await Following(at, for_patients()).told()
    return str((await at.rows(_CODE))[0].code)


async def states(at: Room) -> list[tuple[str, str | None]]:
    return [(row.state, row.reason) for row in await at.rows(_ALL)]


class Saying:
    """A way out that says what it is told to say, and keeps what it was given."""

    idempotent = False

    def __init__(self, outcome: Outcome | Exception) -> None:
        self.outcome = outcome
        self.given: list[Message] = []

    async def send(self, message: Message) -> Outcome:
        self.given.append(message)
        if isinstance(self.outcome, Exception):
            raise self.outcome
        return self.outcome

    async def check(self) -> str | None:
        return None

    async def close(self) -> None:
        """Nothing is held."""


async def test_a_message_arrives_with_the_words_of_the_site_and_the_way_to_its_page(
    at: Room, gateway: Gateway
) -> None:
    code = await asked(at)
    async with sending(at, gateway) as worker:
        assert await worker.step() == 1
        assert await worker.step() == 0
    assert gateway.wrong == []
    ((id_, message),) = gateway.kept.items()
    assert id_ == "1-1"
    assert message == {
        "id": "1-1",
        "channel": "phone",
        "to": f"+51{MOBILE}",
        "text": (
            "Hospital Nacional le llamará pronto desde el +5116117300: conteste, por favor."
            f" {PUBLIC}/t/{code}"
        ),
        "subject": "Mensaje de Hospital Nacional",
        "language": "es-PE",
        "sort": "ring-soon",
    }
    assert await states(at) == [("sent", None)]


async def test_a_gateway_that_is_down_for_a_while_gets_it_once(at: Room, gateway: Gateway) -> None:
    await asked(at)
    gateway.answers = [503, "cut"]
    async with sending(at, gateway) as worker:
        await worker.step()
        assert await states(at) == [("queued", "http-503")]
        at.clock.advance(BACK_OFF_MS[0])
        await worker.step()
        assert await states(at) == [("queued", "no-answer")]
        at.clock.advance(BACK_OFF_MS[1])
        await worker.step()
    assert (gateway.asked, list(gateway.kept)) == (3, ["1-1"])
    assert await states(at) == [("sent", None)]


async def test_killed_after_the_gateway_took_it_and_before_it_was_noted(
    at: Room, gateway: Gateway
) -> None:
    await asked(at)

    class Killed(Exception):
        pass

    async with sending(at, gateway) as worker:
        run = at.ledger.run

        async def die(command: Any, *args: Any, **more: Any) -> Any:
            if command is commands.settle:
                raise Killed
            return await run(command, *args, **more)

        at.ledger.run = die  # type: ignore[method-assign]
        with pytest.raises(Killed):
            await worker.step()
        at.ledger.run = run  # type: ignore[method-assign]
    assert await states(at) == [("sending", None)]
    async with sending(at, gateway) as after:
        assert await after.step() == 0  # its lease runs
        at.clock.advance(LEASE_MS)
        await after.step()
    assert await states(at) == [("sent", None)]
    assert list(gateway.kept) == ["1-1"]  # asked twice under one id


async def test_a_fault_of_a_moment_does_not_end_all_messages(at: Room, gateway: Gateway) -> None:
    await asked(at)
    run, faults = at.ledger.run, [RuntimeError("of a moment")]

    async def faulty(*args: Any, **more: Any) -> Any:
        if faults:
            raise faults.pop()
        return await run(*args, **more)

    at.ledger.run = faulty  # type: ignore[method-assign]
    async with sending(at, gateway) as worker:
        working = asyncio.create_task(worker.run())
        async with asyncio.timeout(20):
            while not gateway.kept:
                at.clock.advance(1000)
                await asyncio.sleep(0.01)
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)
    assert not faults


async def test_killed_during_an_e_mail_nobody_sends_it_again(tmp_path: Path) -> None:
    async with room(tmp_path, dials=False) as at:
        await asked(at)
        (row,) = await at.rows(_ALL)
        await at.act(commands.claim, commands.Claim(row.id, idempotent=False))
        at.clock.advance(LEASE_MS)
        way = Saying(SENT)
        await Worker(at.ledger, at.vault, {"phone": way}, "").step()
        assert way.given == []
        assert await states(at) == [("unknown", "interrupted")]


async def test_an_adapter_that_breaks_ends_one_message_and_shows_no_address(
    at: Room, caplog: pytest.LogCaptureFixture
) -> None:
    await asked(at)
    way = Saying(RuntimeError(f"cannot write to +51{MOBILE}"))
    with caplog.at_level(logging.DEBUG), structlog.testing.capture_logs() as logged:
        await Worker(at.ledger, at.vault, {"phone": way}, PUBLIC).step()
    assert await states(at) == [("unknown", "RuntimeError")]
    said = repr(logged) + caplog.text + repr(await at.entries())
    assert MOBILE not in said
    assert "RuntimeError" in said


async def test_the_console_logs_neither_address_nor_text(at: Room) -> None:
    code = await asked(at)
    with structlog.testing.capture_logs() as logged:
        await Worker(at.ledger, at.vault, {"phone": Console()}, PUBLIC).step()
    assert [one["event"] for one in logged] == ["message"]
    assert MOBILE not in repr(logged)
    assert code not in repr(logged)
    assert await states(at) == [("sent", None)]


async def test_a_lost_key_refuses_the_message_and_says_so(at: Room, tmp_path: Path) -> None:
    await asked(at)
    (tmp_path / "data" / "keys" / "personal-1.key").unlink()
    way = Saying(SENT)
    await Worker(at.ledger, at.vault, {"phone": way}, PUBLIC).step()
    assert way.given == []
    assert await states(at) == [("failed", "key-lost")]


async def test_without_a_way_out_it_is_dropped(at: Room) -> None:
    await asked(at)
    await Worker(at.ledger, at.vault, {}, PUBLIC).step()
    assert await states(at) == [("dropped", "no-way")]


async def test_an_alarm_goes_to_the_technicians_in_words(tmp_path: Path) -> None:
    async with room(tmp_path, dials=False, site=ALARMED) as at:
        held = await at.take()
        await at.next()
        await at.move("park", held)
        at.wait(15 * 60)
        await at.fire_timers()
        await Following(at, for_technicians(at.vault)).told()
        way = Saying(SENT)
        await Worker(at.ledger, at.vault, {"mail": way}, "").step()
    (message,) = way.given
    assert message.to == "tecnica@hospital.example"
    assert message.subject == "Turnero: alarma en Hospital Nacional"
    assert message.text == "Hospital Nacional: hay alguien en pausa desde hace mucho."


ABOUT = About("Hospital Nacional", "pe", "E047", f"{PUBLIC}/t/{'x' * 22}", "+5116117300")


@pytest.mark.parametrize("profile", ["pe", "co"])
@pytest.mark.parametrize("language", ["es", "pt", "en", "qu"])
@pytest.mark.parametrize("sort", SORTS)
def test_every_message_is_one_short_sentence(sort: str, language: str, profile: str) -> None:
    for link in ("",) if sort == "alarm" else (ABOUT.link, ""):
        for again in (0, 1):
            about = ABOUT._replace(link=link, profile=profile)
            said = text_of(sort, language, about, {"again": again, "sort": "not-ready"})
            assert 20 < len(said.text) <= 220
            assert "%" not in said.text
            assert said.text.removesuffix(link).rstrip().count(". ") == 0
            assert said.text.endswith(link or ".")
            assert "Text" in repr(said)
            assert "Hospital" not in repr(said)
            if language in ("es", "pt"):
                english = text_of(sort, "en", about, {"again": again, "sort": "not-ready"})
                assert said != english


def test_colombian_words_are_its_own() -> None:
    said = text_of("near-turn", "es", ABOUT._replace(profile="co"), {})
    assert "turno E047" in said.text
    assert "ticket" not in said.text


def test_every_alarm_has_its_words_and_a_new_one_a_general_one() -> None:
    from turnero.queue.alarms import KINDS

    assert set(_ALARMS) >= set(KINDS)  # boxes have some of their own
    said = text_of("alarm", "es", ABOUT, {"sort": "sun-gone", "subject": "x"})
    assert "sun-gone" in said.text


def test_a_message_shows_nothing_of_itself() -> None:
    message = Message("1-1", "phone", f"+51{MOBILE}", "text", "subject", "es", "missed")
    assert msgspec.json.decode(msgspec.json.encode(message._asdict()))["to"] == f"+51{MOBILE}"
    assert MOBILE not in repr(message) + str(message) + f"{message}"

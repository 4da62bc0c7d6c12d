"""A box's own alarms, handed to a real gateway: once when something is wrong, once when it is over."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import msgspec
import pytest
from click.testing import CliRunner

from tests.peers.stores import opened
from tests.telephony.messages.gateway import KEY, Gateway
from tests.telephony.messages.gateway import running as serving
from tests.telephony.messages.test_smtp import Box, read
from tests.telephony.messages.test_smtp import serving as serving_mail
from turnero.boxes.protocol import BoxConfig, Hosted
from turnero.cli import main
from turnero.device import running
from turnero.device.alarms import Alarms
from turnero.device.keeping import configure
from turnero.device.running import Running
from turnero.device.settings import Alarm, BoxSettings, alarm_of
from turnero.printer.port import Paper, PrinterState
from turnero.store import devices
from turnero.store.devices import Beat

TO = "+51987654321"
WELL = PrinterState(answered=True, reachable=True, online=True, paper=Paper.PRESENT)
EMPTY = PrinterState(answered=True, reachable=True, online=True, paper=Paper.OUT)
MUTE = PrinterState(answered=False, reachable=True)
#: a printer of the box
PRINTER = 7


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with serving(Gateway()) as found:
        yield found


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    quick = partial(Alarms, server_s=0.3, printer_s=0.3, again_s=0.1, look_s=0.02)
    monkeypatch.setattr(running, "Alarms", quick)


@asynccontextmanager
async def box(folder: Path, gateway: Gateway, alarm: Alarm | None = None) -> AsyncIterator[Running]:
    """One that has a printer, and tells the gateway, or whom else."""
    (folder / "keys").mkdir(exist_ok=True)
    (folder / "keys" / "messages.key").write_bytes(KEY)
    alarm = alarm or Alarm(gateway.url, TO)
    settings = BoxSettings(data=folder, server="http://127.0.0.1:1", alarm=alarm)
    hosted = Hosted(PRINTER, "printer", "hall", "Impresora", "", '{"url":"virtual:","box":"b"}')
    config = BoxConfig(
        "entrada", 1, 3, "h", "Hospital", "pe", "America/Lima", ("es",), (hosted,), "", "1"
    )
    async with opened(folder / "box") as ledger:
        found = Running(settings, ledger)
        await ledger.run(configure, config, site=3, actor="test")
        await found.box.load()
        found._begin("alarms", found._alarm)
        try:
            yield found
        finally:
            for task in found._tasks:
                task.cancel()
            await asyncio.gather(*found._tasks, return_exceptions=True)
            await found.link.close()


class Later(Box):
    """A mailbox that takes nothing twice."""

    asked = 0

    async def handle_RCPT(self, *of: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.asked += 1
        self.rcpt = "451 later" if self.asked < 3 else "250 OK"
        return await super().handle_RCPT(*of)


async def says(it: Running, state: PrinterState) -> None:
    beat = Beat(PRINTER, msgspec.json.encode(state).decode())
    await it.ledger.run(devices.beat, beat, site=3, actor="test")


async def comes(gateway: Gateway, n: int) -> list[str]:
    """The sentences that were told, once there are so many; nothing more comes meanwhile."""
    async with asyncio.timeout(10):
        while len(gateway.kept) < n:  # noqa: ASYNC110 - a thread has it
            await asyncio.sleep(0.02)
    await asyncio.sleep(0.6)
    assert gateway.wrong == []
    return [str(one["text"]) for one in gateway.kept.values()]


AWAY = "Hospital: el servidor no responde al terminal entrada desde hace algunos minutos."
BACK = "Hospital: el servidor vuelve a responder al terminal entrada."


async def test_a_server_that_stays_away_is_told_once_and_its_return_once(
    tmp_path: Path, gateway: Gateway
) -> None:
    async with box(tmp_path, gateway) as it:
        it.link._stand("online")
        await asyncio.sleep(0.1)
        it.link._stand("away")
        await asyncio.sleep(0.1)
        it.link._stand("online")  # a moment, as at each new version
        assert await comes(gateway, 0) == []
        it.link._stand("away")
        assert await comes(gateway, 1) == [AWAY]
    async with box(tmp_path, gateway) as it:  # its program started anew meanwhile
        it.link._stand("connecting")
        assert await comes(gateway, 1) == [AWAY]
        it.link._stand("away")
        assert await comes(gateway, 1) == [AWAY]
        it.link._stand("online")
        assert await comes(gateway, 2) == [AWAY, BACK]
    assert {(one["to"], one["sort"]) for one in gateway.kept.values()} == {(TO, "alarm")}


async def test_what_the_gateway_does_not_take_is_tried_again_under_the_same_name(
    tmp_path: Path, gateway: Gateway
) -> None:
    gateway.answers = [503, "cut", 503]
    async with box(tmp_path, gateway) as it:
        it.link._stand("away")
        assert await comes(gateway, 1) == [AWAY]
    assert gateway.asked == 4


async def test_by_e_mail_it_is_told_once_too_as_soon_as_the_mail_server_takes_it(
    tmp_path: Path, gateway: Gateway
) -> None:
    mailbox = Later()

    async def mails(n: int) -> list[str]:
        async with asyncio.timeout(10):
            while len(mailbox.kept) < n:  # noqa: ASYNC110 - aiosmtpd tells nobody
                await asyncio.sleep(0.02)
        await asyncio.sleep(0.6)
        assert {tuple(one.rcpt_tos) for one in mailbox.kept} <= {("tecnica@hospital.example",)}
        return [str(read(one).get_content()).strip() for one in mailbox.kept]

    async with serving_mail(mailbox) as port:
        sender = "Hospital <turnos@hospital.example>"
        address = f"smtp://127.0.0.1:{port}?tls=none"
        alarm = alarm_of(address, "tecnica@hospital.example", sender)
        async with box(tmp_path, gateway, alarm) as it:
            it.link._stand("away")
            assert await mails(1) == [AWAY]
            assert mailbox.asked == 3
        async with box(tmp_path, gateway, alarm) as it:
            it.link._stand("online")
            assert await mails(2) == [AWAY, BACK]
    assert read(mailbox.kept[0])["Subject"] == "Turnero: alarma en Hospital"
    assert gateway.asked == 0


async def test_a_gateway_that_refuses_is_not_asked_for_ever(
    tmp_path: Path, gateway: Gateway
) -> None:
    gateway.answers = [400]
    async with box(tmp_path, gateway) as it:
        it.link._stand("away")
        assert await comes(gateway, 0) == []
    assert gateway.asked == 1


async def test_a_printer_without_paper_is_told_once_and_that_it_prints_again(
    tmp_path: Path, gateway: Gateway
) -> None:
    out = "Hospital: la impresora Impresora no imprime."
    async with box(tmp_path, gateway) as it:
        it.link._stand("online")
        await says(it, WELL)
        assert await comes(gateway, 0) == []
        await says(it, EMPTY)
        assert await comes(gateway, 1) == [out]
        await says(it, MUTE)
        assert await comes(gateway, 1) == [out], "switched off, it does not print again"
        await says(it, WELL)
        assert await comes(gateway, 2) == [
            out,
            "Hospital: la impresora Impresora vuelve a imprimir.",
        ]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--alarm", "https://gateway.example.org"), "--alarm-to"),
        (("--alarm", "http://gateway.example.org", "--alarm-to", TO), "https://"),
        (("--alarm", "smtps://u:secret@mail.example.org", "--alarm-to", "a@b.pe"), "--alarm-from"),
    ],
)
def test_a_way_that_cannot_be_used_is_said_at_the_start(
    tmp_path: Path, words: tuple[str, ...], said: str
) -> None:
    given = ("device", "--data", str(tmp_path), "--server", "https://t.example.org", *words)
    done = CliRunner().invoke(main, given)
    assert done.exit_code == 2
    assert said in done.output
    assert "secret" not in done.output

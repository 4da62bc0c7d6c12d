"""The whole server: who asks to be rung is written to by the gateway, and an alarm reaches the house."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.queue.hall import Hall
from tests.server.installation import installation
from tests.telephony.cloud.test_callback import Morning
from tests.telephony.messages.gateway import Gateway, running
from tests.telephony.messages.test_following import ALARMED
from turnero.queue import call_requests
from turnero.queue.alarms import raise_alarm
from turnero.queue.commands import callbacks
from turnero.server.sites import load_site
from turnero.store.keys import load_key
from turnero.store.vault import Vault
from turnero.telephony.numbers import number_of, policy_of, sealed


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with running(Gateway()) as found:
        yield found


async def test_a_server_writes_to_who_is_rung_soon_and_to_technicians(
    tmp_path: Path, gateway: Gateway
) -> None:
    clock = Morning()
    gateway.key = load_key(tmp_path, "messages")
    settings: dict[str, Any] = {
        "messages_phone": gateway.url,
        "messages_mail": gateway.url,
        "public_address": "https://turnos.hospital.example",
        "exchange": "none",
    }
    async with installation(tmp_path, clock=clock, **settings) as site:
        hall = Hall(site.running.ledger, clock)  # type: ignore[arg-type]
        hall.site = (await load_site(site.running.ledger, ALARMED, actor="test"))["number"]
        await hall.open("v1")
        phone = sealed(number_of("987654321", policy_of("pe")), Vault(tmp_path))
        await hall.act(callbacks.ask, call_requests.AskCallback(phone=phone, service="caja"))

        def alarm(tx: Any, _request: None) -> None:
            raise_alarm(tx, "printer-trouble", "p1")

        await hall.act(alarm, None)
        async with asyncio.timeout(20):
            while len(gateway.kept) < 2:  # noqa: ASYNC110 - it is another program
                await asyncio.sleep(0.05)
    said = {message["sort"]: message for message in gateway.kept.values()}
    assert said["ring-soon"]["to"] == "+51987654321"
    assert "turnos.hospital.example/t/" in said["ring-soon"]["text"]
    assert said["alarm"]["to"] == "tecnica@hospital.example"
    assert said["alarm"]["text"] == "Hospital Nacional: la impresora p1 no imprime."
    assert gateway.wrong == []

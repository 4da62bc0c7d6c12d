"""The contract on a real Asterisk 22 that dials out to us: requests and events over that one socket."""

import asyncio
import base64
from collections.abc import AsyncIterator

import pytest
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import InvalidStatus
from websockets.typing import Subprotocol

from tests.peers.asterisk import PASSWORD, AsteriskPeer
from tests.peers.telephones import Telephones
from tests.telephony.asterisk_rig import OutwardRig
from tests.telephony.contract import Contract, answered, rung
from tests.telephony.rig import Heard, Rig, desk, leg_id, phone, soon
from turnero.telephony.asterisk import links
from turnero.telephony.exchange import Ended, Exchange, Leg, LinkDown, LinkUp, Outcome, Placed

pytestmark = pytest.mark.requires("sip-tester", "baresip-core")


@pytest.fixture
async def rig(outward_asterisk: tuple[AsteriskPeer, Telephones]) -> AsyncIterator[OutwardRig]:
    async with OutwardRig(*outward_asterisk) as rig:
        yield rig


class TestInShort:
    """What differs most from the other direction, in every run."""

    test_a_joined_call_carries_keys_of_both = Contract.test_a_joined_call_carries_keys_of_both
    test_each_refusal_is_told_apart = Contract.test_each_refusal_is_told_apart
    test_who_answers_while_nobody_is_there = (
        Contract.test_who_answers_while_nobody_is_there_is_let_go
    )
    # over one socket Asterisk does one request after another: one that waits for a playback stops all
    test_a_sentence_takes_the_place_of_another = Contract.test_a_sentence_takes_the_place_of_another
    test_nothing_is_said_to_two_who_speak = Contract.test_nothing_is_said_to_two_who_speak
    test_killed_and_started_again = Contract.test_killed_and_started_again_it_knows_nothing

    async def test_who_dials_in_with_another_password_is_turned_away(self, rig: OutwardRig) -> None:
        for password in ("guessed", ""):
            with pytest.raises(InvalidStatus, match="401"):
                await dial_in(rig, password)
        assert (await rig.exchange.health()).reachable

    async def test_a_link_that_only_looks_open_is_given_up_and_taken_up(
        self, rig: OutwardRig
    ) -> None:
        rig.gate.stall()
        await rig.heard.of(LinkDown)
        assert (await rig.exchange.health()).reachable is False
        rig.gate.open()
        await rig.heard.until(lambda: len(rig.heard.those(LinkUp)) == 2, "the link")
        leg = await rung(rig, phone("04"))
        assert (await rig.heard.of(Ended, leg)).outcome is Outcome.BUSY

    async def test_asterisk_never_notices_that_its_link_is_dead_and_its_console_helps(
        self, rig: OutwardRig
    ) -> None:
        """As docs/telephony.md says: a firewall has forgotten the connection."""
        rig.gate.forget()
        await rig.heard.of(LinkDown)
        assert await rig.exchange.place(Leg(leg_id("no"), desk(), 5)) is Placed.REFUSED
        await asyncio.sleep(2)
        assert len(rig.heard.those(LinkUp)) == 1, "it notices now: simplify the documentation"
        rig.peer.cli("ari shutdown websocket session turnero-outward")
        rig.peer.cli("ari start outbound-websocket turnero-outward")
        await rig.heard.until(lambda: len(rig.heard.those(LinkUp)) == 2, "the link")
        await answered(rig, desk())

    async def test_the_newest_link_counts_and_the_older_is_closed(self, rig: OutwardRig) -> None:
        other = await dial_in(rig, PASSWORD)
        await rig.heard.of(LinkDown)
        # Asterisk, cut off, dials in again
        await rig.heard.until(lambda: len(rig.heard.those(LinkUp)) == 3, "its link")
        await asyncio.wait_for(other.wait_closed(), 10)
        comes = [type(event) for event in rig.heard.all if isinstance(event, LinkUp | LinkDown)]
        assert comes == [LinkUp, LinkDown] * 2 + [LinkUp]
        leg = await rung(rig, phone("04"))
        await rig.heard.of(Ended, leg)
        assert len(rig.heard.those(Ended, leg)) == 1

    async def test_who_leads_no_more_lets_the_port_go_to_who_does(
        self, rig: OutwardRig, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(links, "LET_GO_S", 0.5)
        other = rig.listening()
        with pytest.raises(OSError, match="address already in use"):
            await anext(other.events())
        leg = await answered(rig, desk())
        await rig.heard.close()
        assert (await rig.exchange.health()).reachable, "it has calls to hang up yet"
        await soon(lambda: _unreachable(rig.exchange), "the port is kept")
        ear = Heard(other)
        await ear.of(LinkUp)
        assert [state.id for state in await other.live()] == [leg]
        await other.hangup(leg)
        await ear.close()
        await other.close()


async def dial_in(rig: OutwardRig, password: str) -> ClientConnection:
    """As an Asterisk would."""
    pair = base64.b64encode(f"turnero:{password}".encode()).decode()
    return await connect(
        f"ws://127.0.0.1:{rig.listens}/ari",
        additional_headers={"Authorization": f"Basic {pair}"},
        subprotocols=[Subprotocol("ari")],
        proxy=None,
    )


async def _unreachable(exchange: Exchange) -> bool:
    return not (await exchange.health()).reachable


@pytest.mark.long
class TestAll(Contract):
    """The whole contract."""

    async def test_whoever_takes_our_events_silences_us(self, rig: Rig) -> None:
        """Does not apply: Asterisk gives the application to nobody else."""

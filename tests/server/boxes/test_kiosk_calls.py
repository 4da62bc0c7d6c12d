"""Being called instead of waiting, asked for at a kiosk of a box: with its server, and without."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from tests.device.offline.standing import SITE, Beside, beside
from tests.peers.server import SITE as WHOLE
from turnero.kiosk.port import By, CallWish
from turnero.queue.reads.patients_calls import CallOffer
from turnero.server.sites import load_site
from turnero.store.errors import Invalid, Refused

CALLS = WHOLE.replace('key = "cash"\n', 'key = "cash"\ncallbacks = {}\n', 1).replace(
    'key = "1"\n', 'key = "1"\nphone = "201"\n', 1
)
WISH = CallWish("987 654 482", "cash", place="door")
BY = By("system", "call-1")


@asynccontextmanager
async def calling(folder: Path) -> AsyncIterator[Beside]:
    """A box beside a server whose cash desk calls back."""
    async with beside(folder) as it:
        await load_site(it.here.running.ledger, CALLS + SITE, actor="test")
        yield it


async def test_a_box_asks_through_its_server(tmp_path: Path) -> None:
    async with calling(tmp_path) as it:
        offer = await it.port.calls(it.box.site)
        assert offer == CallOffer(("cash",), 30)
        assert await it.port.spelled(it.box.site, WISH.number) == ("987", "654", "482")
        with pytest.raises(Invalid) as refused:
            await it.port.spelled(it.box.site, "112")
        assert refused.value.code == "phone-short"
        asked = await it.port.ask_call(it.box.site, WISH, BY)
        again = await it.port.ask_call(it.box.site, WISH, BY)
        assert asked.held is not None
        assert again.held is not None
        assert again.held.ticket.id == asked.held.ticket.id
        call = await it.port.call(it.box.site, asked.held.ticket.id)
        assert call is not None
        assert (call.tail, call.stage) in (("482", "waiting"), ("482", "retry"))
        other = await it.port.ask_call(it.box.site, WISH, By("system", "call-2"))
        assert other.held is None
        await it.port.check_in(asked.held, By("system", "call-3"))
        call = await it.port.call(it.box.site, asked.held.ticket.id)
        assert call is not None
        assert call.end == "merged"


async def test_without_its_server_nobody_is_promised_a_call(tmp_path: Path) -> None:
    async with calling(tmp_path) as it:
        assert (await it.port.calls(it.box.site)).services == ("cash",)
        it.wire.cut = True
        assert await it.port.calls(it.box.site) == CallOffer()
        for act in (
            it.port.spelled(it.box.site, WISH.number),
            it.port.ask_call(it.box.site, WISH, BY),
        ):
            with pytest.raises(Refused) as refused:
                await act
            assert refused.value.code == "no-connection"


@pytest.mark.parametrize(
    "wish",
    [
        CallWish("987 654 482", "cash", place="hall"),
        CallWish("987 654 482", "cash"),
        CallWish("987 654 482", ticket="0" * 32, place="door"),
    ],
)
async def test_a_box_asks_for_its_own_kiosks_and_for_nobodys_ticket(
    tmp_path: Path, wish: CallWish
) -> None:
    async with calling(tmp_path) as it:
        with pytest.raises(Refused) as refused:
            await it.port.ask_call(it.box.site, wish, BY)
        assert refused.value.status == 403

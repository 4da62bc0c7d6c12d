"""What somebody who carried a box's token off can do with it: what somebody at its kiosk can, no more."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.server.boxes.test_kiosk_port import BY, TAKE, Asks, asking
from turnero.kiosk.ledger import LedgerKiosk
from turnero.kiosk.port import CallChange, Held
from turnero.queue import reads
from turnero.queue.requests import Issue, Rate
from turnero.store.errors import NotFound, Refused
from turnero.web.limits import LIMITS

BURST = LIMITS["kiosk"].burst


async def test_a_number_that_is_called_out_gives_nobody_its_code(tmp_path: Path) -> None:
    async with asking(tmp_path) as (here, ask):
        theirs = await LedgerKiosk(here.running.web, "https://turnos.example").issue(
            here.site, Issue("cash", channel="desk"), BY
        )
        found = await ask("find_number", number=theirs.ticket.number)
        assert (found.ticket.id, found.code, found.url) == (theirs.ticket.id, "", None)
        # whoever has only the number may say that they are back, and nothing else
        with pytest.raises(Refused) as not_so:
            await ask("come_back", held=found)
        assert not_so.value.code == "move-illegal"


async def test_nobody_is_sent_away_by_who_knows_ids(tmp_path: Path) -> None:
    """Ids stand in the journal, which a box reads."""
    async with asking(tmp_path) as (here, ask):
        web = here.running.web
        mine = await ask("issue", request=TAKE)
        theirs = await LedgerKiosk(web).issue(here.site, Issue("cash", channel="desk"), BY)
        for code in ("", "x" * 22, mine.code):
            forged = replace(theirs, paper=replace(theirs.paper, code=code))
            for method, more in (
                ("leave", {}),
                ("step_out", {}),
                ("check_in", {}),
                ("change_call", {"change": CallChange(left_over="drop")}),
                ("rate", {"request": Rate(theirs.ticket.id, "overall", 1, 1)}),
            ):
                with pytest.raises(NotFound, match="ticket-unknown"):
                    await ask(method, held=forged, **more)
        with pytest.raises(NotFound, match="ticket-unknown"):
            await ask("rate", held=mine, request=Rate(theirs.ticket.id, "overall", 1, 1))
        with pytest.raises(Refused, match="not-hosted"):
            await ask(
                "rate", held=mine, request=Rate(mine.ticket.id, "overall", 1, 1, place="hall")
            )
        seen = await here.running.ledger.read(reads.ticket, theirs.ticket.id, web.clock.line_ms())
        assert seen is not None
        assert seen.state == "waiting"
        await ask("leave", held=mine)
        assert await _state(ask, mine) == "cancelled"


async def test_eight_digits_are_tried_as_rarely_as_at_the_kiosk(tmp_path: Path) -> None:
    async with asking(tmp_path) as (_, ask):
        held = await ask("issue", request=TAKE)
        for _ in range(3 * BURST):  # what is found was not guessed
            assert await ask("find", code=held.code) is not None

        async def guess(n: int) -> None:
            assert await ask("find_short", short=f"{n:08d}") is None

        assert await _times(guess) < 2 * BURST


async def test_a_line_is_not_filled_by_a_program(tmp_path: Path) -> None:
    async with asking(tmp_path) as (_, ask):

        async def take(n: int) -> None:
            await ask("issue", request=TAKE, idempotency_key=f"flood-{n}")

        assert BURST <= await _times(take) < 2 * BURST


async def _times(act: Callable[[int], Awaitable[None]]) -> int:
    """How often it could be done until it was too often."""
    for n in range(2 * BURST):
        try:
            await act(n)
        except Refused as refused:
            if refused.code != "too-many-requests":
                raise
            return n
    return 2 * BURST


async def _state(ask: Asks, held: Held) -> str:
    found = await ask("ticket", ticket=held.ticket.id)
    return str(found.state)

"""Numbers held by a box: each is given once, whatever ends the program, in the order of its people."""

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.peers.stores import opened
from turnero.boxes.protocol import LeasedNumbers
from turnero.device.offline import commands, reads
from turnero.device.offline.commands import (
    KeepLeases,
    KeepRating,
    Moment,
    Settle,
    TakenHere,
    TakeNumber,
)
from turnero.queue.facts import TicketIssued
from turnero.queue.requests import Rate
from turnero.store import journal
from turnero.store.clock import VirtualClock
from turnero.store.errors import Refused
from turnero.store.ledger import Ledger
from turnero.store.tx import Tx

#: a Wednesday at ten in Lima
MORNING_MS = 1_760_540_400_000
DAY = "2025-10-15"
HOUR_MS = 3_600_000
LIMA = "America/Lima"


def leased(lease: int = 1, first: int = 700, last: int = 709, **other: Any) -> LeasedNumbers:
    """Numbers as the server sets them aside."""
    said = {"service": "cash", "prefix": "C", "day": DAY, **other}
    return LeasedNumbers(lease=lease, first=first, last=last, **said)


def asking(line_ms: int = MORNING_MS, act: str | None = None, **other: Any) -> TakeNumber:
    """Somebody at the kiosk."""
    said: dict[str, Any] = {"service": "cash", "offset_ms": 0, **other}
    at = Moment(line_ms, said.pop("offset_ms"))
    return TakeNumber(
        kiosk="hall", attention="general", language="es", people=1, aids=(), act=act, at=at,
        zone=LIMA, **said,
    )  # fmt: skip


async def do(ledger: Ledger, command: Any, request: Any) -> Any:
    """As the box does it."""
    return await ledger.run(command, request, site=1, actor="system")


async def hold(ledger: Ledger, *leases: LeasedNumbers, today: str = DAY) -> int:
    """The server set these aside."""
    made: int = await do(ledger, commands.keep_leases, KeepLeases("hall", today, leases))
    return made


async def test_numbers_come_in_order_until_they_are_used_up(tmp_path: Path) -> None:
    async with opened(tmp_path, clock=VirtualClock(MORNING_MS)) as ledger:
        await hold(ledger, leased(last=701), leased(2, 800, 800))
        given_ = [(await do(ledger, commands.take_number, asking())).number for _ in range(3)]
        assert given_ == ["C700", "C701", "C800"]
        with pytest.raises(Refused, match="no-number-held"):
            await do(ledger, commands.take_number, asking())
        facts = await ledger.read(journal.read, 1, 0)
        issued = [entry.fact for entry in facts if isinstance(entry.fact, TicketIssued)]
        assert [one.number for one in issued] == given_


async def test_a_lease_that_comes_again_gives_no_number_twice(tmp_path: Path) -> None:
    async with opened(tmp_path, clock=VirtualClock(MORNING_MS)) as ledger:
        assert await hold(ledger, leased(last=701)) == 1
        await do(ledger, commands.take_number, asking())
        assert await hold(ledger, leased(last=701)) == 0
        assert (await do(ledger, commands.take_number, asking())).number == "C701"
        # the same numbers under another name: the server's mistake, and still nobody's number twice
        await hold(ledger, leased(9, 700, 702))
        assert (await do(ledger, commands.take_number, asking())).number == "C702"


async def test_a_lease_that_is_another_under_the_same_name_is_held(tmp_path: Path) -> None:
    """A server that was brought back from a backup gives its names again."""
    async with opened(tmp_path, clock=VirtualClock(MORNING_MS)) as ledger:
        await hold(ledger, leased(4, 700, 701), leased(5, 710, 711, day="2025-10-14"))
        assert (await do(ledger, commands.take_number, asking())).number == "C700"
        assert await hold(ledger, leased(4, 700, 702), leased(5, 800, 801)) == 2
        given_ = [(await do(ledger, commands.take_number, asking())).number for _ in range(4)]
        assert given_ == ["C701", "C702", "C800", "C801"], "and still nobody's number twice"


async def test_a_lease_ends_with_its_day_by_the_servers_clock(tmp_path: Path) -> None:
    async with opened(tmp_path, clock=VirtualClock(MORNING_MS)) as ledger:
        await hold(ledger, leased())
        night = MORNING_MS + 14 * HOUR_MS + 1  # past midnight in Lima
        with pytest.raises(Refused, match="no-number-held"):
            await do(ledger, commands.take_number, asking(night))
        # the box's clock is two hours fast: at the server it is a quarter to twelve
        late = asking(night + HOUR_MS // 4, offset_ms=-2 * HOUR_MS)
        assert (await do(ledger, commands.take_number, late)).number == "C700"


async def test_the_same_act_is_the_same_ticket(tmp_path: Path) -> None:
    async with opened(tmp_path, clock=VirtualClock(MORNING_MS)) as ledger:
        await hold(ledger, leased())
        first = await do(ledger, commands.take_number, asking(act="press-1"))
        later = asking(MORNING_MS + 60_000, act="press-1", offset_ms=5)
        assert await do(ledger, commands.take_number, later) == first
        other = await do(ledger, commands.take_number, asking(act="press-2"))
        assert other.number == "C701"


async def test_a_clock_set_back_changes_no_order(tmp_path: Path) -> None:
    async with opened(tmp_path, clock=VirtualClock(MORNING_MS)) as ledger:
        await hold(ledger, leased())
        await do(ledger, commands.take_number, asking(MORNING_MS))
        await do(ledger, commands.take_number, asking(MORNING_MS - 2 * HOUR_MS))
        await do(ledger, commands.take_number, asking(MORNING_MS + 5))
        brought = await ledger.read(reads.tickets_to_bring)
        times = [one.issued_ms + one.offset_ms for one in brought]
        assert times == sorted(times)
        assert [one.number for one in brought] == ["C700", "C701", "C702"]


async def test_a_ticket_is_brought_until_the_server_has_answered_for_it(tmp_path: Path) -> None:
    async with opened(tmp_path, clock=VirtualClock(MORNING_MS)) as ledger:
        await hold(ledger, leased())
        made: list[TakenHere] = [
            await do(ledger, commands.take_number, asking(act=f"press-{n}")) for n in range(4)
        ]
        assert await do(ledger, commands.burn, made[1].ticket) is True
        assert await do(ledger, commands.burn, made[1].ticket) is False, "burnt once"
        said = {made[0].ticket: "kept", made[1].ticket: "known", made[2].ticket: "number-taken"}
        assert await do(ledger, commands.settle, Settle(said)) == 3
        assert await do(ledger, commands.settle, Settle(said)) == 0, "an answer that comes twice"
        assert [one.id for one in await ledger.read(reads.tickets_to_bring)] == [made[3].ticket]
        backlog = await ledger.read(reads.backlog)
        assert (backlog.tickets, [(one.number, one.why) for one in backlog.refused]) == (
            1,
            [("C702", "number-taken")],
        )
        # what the server has is forgotten after days, what it refused is not
        await hold(ledger, today="2025-10-30")
        left = [await ledger.read(reads.ticket, one.ticket) for one in made]
        assert [one and one.state for one in left] == [None, None, "refused", "waiting"]


async def test_a_rating_is_kept_once(tmp_path: Path) -> None:
    async with opened(tmp_path, clock=VirtualClock(MORNING_MS)) as ledger:
        rating = KeepRating("r-1", "c" * 22, Rate("t" * 32, "overall", 1, 5), Moment(MORNING_MS, 7))
        await do(ledger, commands.keep_rating, rating)
        await do(ledger, commands.keep_rating, rating)
        (one,) = await ledger.read(reads.ratings_to_bring)
        assert (one.key, one.code, one.at_ms) == ("r-1", "c" * 22, MORNING_MS + 7)
        await do(ledger, commands.settle, Settle({"r-1": "kept"}))
        assert await ledger.read(reads.ratings_to_bring) == ()
        await do(ledger, commands.keep_rating, rating)
        assert await ledger.read(reads.ratings_to_bring) == (), "the page repeats itself"


class Crashed(Exception):
    """The power went before the commit."""


def careless(tx: Tx, request: TakeNumber) -> TakenHere:
    """The control: a box that counts in its memory, and writes the number down when it has time."""
    number = Careless.next
    Careless.next += 1
    return TakenHere(f"{number:032x}", f"C{number}")


class Careless:
    """What it remembers."""

    next = 700


#: what happens at a box: a person, the same person again, a crash, a crash before the commit, a
#: first print, a lease that comes again, a new lease, an answer of the server
STEPS = st.sampled_from(
    ["take", "take", "repeat", "crash", "crash-early", "burn", "replay", "more", "settle"]
)


async def a_life(folder: Path, steps: list[str], take: Any) -> list[tuple[str, str]]:
    """(key of the act, number) of each person who was shown one."""
    shown: list[tuple[str, str]] = []
    leases = [leased(1, 700, 704)]
    clock = VirtualClock(MORNING_MS)
    left = list(reversed(steps))
    Careless.next = 700
    async with opened(folder, clock=clock) as ledger:
        await hold(ledger, *leases)
    while left:
        async with opened(folder, clock=clock) as ledger:
            while left:
                step = left.pop()
                clock.advance(1000)
                if step == "crash":
                    Careless.next = 700
                    break
                with suppress(Refused):  # none is left
                    await one_step(ledger, step, shown, leases, take)
    return shown


async def one_step(
    ledger: Ledger,
    step: str,
    shown: list[tuple[str, str]],
    leases: list[LeasedNumbers],
    take: Any,
) -> None:
    now = ledger.clock.line_ms()
    match step:
        case "take":
            act = f"press-{len(shown)}-{now}"
            made = await do(ledger, take, asking(now, act))
            shown.append((act, made.number))
        case "repeat" if shown:
            act, number = shown[-1]
            assert (await do(ledger, take, asking(now, act))).number == number
        case "crash-early":

            def cut(tx: Tx, request: TakeNumber) -> TakenHere:
                take(tx, request)
                raise Crashed

            with pytest.raises((Crashed, Refused)):
                await do(ledger, cut, asking(now, "never"))
        case "burn":
            for one in await ledger.read(reads.tickets_to_bring):
                await do(ledger, commands.burn, one.id)
        case "replay":
            await hold(ledger, *leases)
        case "more":
            last = leases[-1]
            leases.append(leased(last.lease + 1, last.last + 1, last.last + 5))
            await hold(ledger, *leases)
        case "settle":
            brought = await ledger.read(reads.tickets_to_bring)
            await do(ledger, commands.settle, Settle({one.id: "kept" for one in brought[:2]}))


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(STEPS, max_size=25))
async def test_whatever_happens_no_number_is_shown_to_two(
    tmp_path_factory: pytest.TempPathFactory, steps: list[str]
) -> None:
    shown = await a_life(tmp_path_factory.mktemp("box"), steps, commands.take_number)
    numbers = [number for _, number in shown]
    assert len(numbers) == len(set(numbers))
    assert numbers == sorted(numbers)


async def test_a_box_that_only_remembers_is_caught(tmp_path: Path) -> None:
    """The control: the same life shows a number twice when it is not kept before it is shown."""
    shown = await a_life(tmp_path, ["take", "crash", "take"], careless)
    assert [number for _, number in shown] == ["C700", "C700"]

"""The contract of every sign: the same tests for all protocols, on virtual machines in this process,
behind TCP and behind a serial port, and on pymodbus as a sign that we did not write.
"""

import asyncio
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from msgspec.structs import replace

from tests.display.signs.benches import LIMITS, OURS, PEERS, OwnBench, PeerBench, benched
from tests.printer.patience import until
from turnero.display.signs.face import Face
from turnero.display.signs.port import Outcome, Reason, Result
from turnero.display.signs.virtual import Faults

CALL = Face(number="A047", desk="3")
NEXT = Face(number="B102", desk="7")
#: what a sign of six places shows of them, by protocol; a DM knows digits alone
SHOWN = {"modbus-dm": ("047  3", "102  7")}
BLANK = {"", " " * 6}

SENT = Outcome(Result.SENT)
CONFIRMED = Outcome(Result.SHOWN)


def ways(*found: tuple[str, str]) -> pytest.MarkDecorator:
    """Run on these protocols and lines."""
    return pytest.mark.parametrize(("protocol", "way"), found, ids=["-".join(one) for one in found])


ALL = ways(*OURS, *PEERS)
#: those that a machine of ours answers
ANSWERING = ways(*(one for one in OURS if one[0] != "alpha"))
#: one of each protocol and link, for what the line does
LINES = ways(*OURS)


@pytest.fixture
def folder() -> Iterator[Path]:
    """Serial ports lie below /dev, or are refused."""
    with TemporaryDirectory(dir="/dev/shm") as found:
        yield Path(found)


@pytest.fixture
async def bench(protocol: str, way: str, folder: Path) -> AsyncIterator[OwnBench | PeerBench]:
    async with benched(protocol, way, folder) as found:
        yield found


def good(protocol: str) -> Outcome:
    return SENT if protocol == "alpha" else CONFIRMED


def texts(protocol: str) -> tuple[str, str]:
    """What of `CALL` and `NEXT` is to be read."""
    if protocol == "alpha":
        # The sign centres by itself; its text is as wide as it was told.
        return ("A047 3", "B102 7")
    return SHOWN.get(protocol, ("A047 3", "B102 7"))


def _shows(bench: OwnBench | PeerBench, text: str) -> bool:
    return bench.shown() == text


@ALL
async def test_a_call_is_shown_with_its_desk_and_the_sign_says_so(
    bench: OwnBench | PeerBench, protocol: str
) -> None:
    assert await bench.sign.show(CALL) == good(protocol)
    await until(lambda: bench.shown() == texts(protocol)[0])
    assert bench.sign.opened == 1


@ALL
async def test_the_whole_state_is_painted_each_time_nothing_of_the_last_is_left(
    bench: OwnBench | PeerBench, protocol: str
) -> None:
    for face, shown in zip((CALL, NEXT), texts(protocol), strict=True):
        assert await bench.sign.show(face) == good(protocol)
        await until(partial(_shows, bench, shown))
    assert await bench.sign.show(Face()) == good(protocol)
    await until(lambda: bench.shown() in BLANK)


@ALL
async def test_pulled_out_and_plugged_in_again_it_is_painted_over_a_fresh_line(
    bench: OwnBench | PeerBench, protocol: str
) -> None:
    assert await bench.sign.show(CALL) == good(protocol)
    await bench.unplug()
    if protocol != "alpha" or not isinstance(bench, OwnBench) or bench.end is not None:
        await until(bench.sign.gone)
    assert await bench.sign.show(CALL) == Outcome(Result.FAILED, Reason.UNREACHABLE)
    await bench.plug()

    async def again() -> bool:
        return await bench.sign.show(NEXT) == good(protocol)

    await until(again)
    await until(lambda: bench.shown() == texts(protocol)[1])
    assert bench.sign.opened == 2


@LINES
async def test_many_at_once_take_turns_and_all_are_painted(bench: OwnBench, protocol: str) -> None:
    faces = [Face(number=f"A{number:03}", desk="3") for number in range(8)]
    outcomes = await asyncio.gather(*(bench.sign.show(face) for face in faces))
    assert outcomes == [good(protocol)] * 8
    await until(lambda: "007" in bench.shown())


@ANSWERING
@pytest.mark.parametrize(
    ("faults", "outcome"),
    [
        (Faults(mute=True), Outcome(Result.UNCONFIRMED, Reason.MUTE)),
        (Faults(garbage=True), Outcome(Result.UNCONFIRMED, Reason.GARBLED)),
        (Faults(half=True), Outcome(Result.UNCONFIRMED, Reason.GARBLED)),
        (Faults(refuse=True), Outcome(Result.FAILED, Reason.REFUSED)),
        (Faults(late_s=0.1), CONFIRMED),
        (Faults(late_s=0.5), Outcome(Result.UNCONFIRMED, Reason.MUTE)),
    ],
    ids=["mute", "garbage", "half", "refuse", "slow", "late"],
)
async def test_no_answer_or_a_wrong_one_is_never_shown(
    bench: OwnBench, faults: Faults, outcome: Outcome
) -> None:
    bench.fail(faults)
    assert await bench.sign.show(CALL) == outcome
    bench.fail(Faults())


@ANSWERING
async def test_a_late_answer_does_not_pass_for_the_next_one(bench: OwnBench) -> None:
    bench.fail(Faults(late_s=0.4))
    assert await bench.sign.show(CALL) == Outcome(Result.UNCONFIRMED, Reason.MUTE)
    await asyncio.sleep(0.2)
    bench.fail(Faults(mute=True))
    assert (await bench.sign.show(NEXT)).result is Result.UNCONFIRMED


@ANSWERING
async def test_a_line_that_breaks_under_way_ends_soon_and_by_its_name(
    bench: OwnBench, way: str
) -> None:
    bench.fail(Faults(drop_after=9))
    outcome = await bench.sign.show(CALL)
    # A serial wire that is cut is silent; only the other links notice.
    silent = (Reason.MUTE, Reason.GARBLED)
    expected = silent if way == "pty" else (Reason.CONNECTION_LOST,)
    assert outcome.result is Result.UNCONFIRMED
    assert outcome.reason in expected
    bench.fail(Faults())

    async def again() -> bool:
        return await bench.sign.show(NEXT) == CONFIRMED

    await until(again)


@LINES
async def test_a_number_that_does_not_fit_is_not_shown_in_part(bench: OwnBench) -> None:
    before = bench.shown()
    outcome = await bench.sign.show(Face(number="A1234567"))
    assert outcome == Outcome(Result.FAILED, Reason.TOO_NARROW)
    assert bench.shown() == before


@ways(("ditel", "virtual"), ("ditel", "socket"), ("ditel", "pty"), ("modbus-ditel", "tcp"))
async def test_the_loop_goes_on_whatever_the_line_does(
    protocol: str, way: str, folder: Path
) -> None:
    """The longest time between two turns of the loop is far from what a mute sign takes."""
    longest, last, going = 0.0, asyncio.get_running_loop().time(), True

    async def watch() -> None:
        nonlocal longest, last
        while going:
            await asyncio.sleep(0.005)
            now = asyncio.get_running_loop().time()
            longest, last = max(longest, now - last), now

    async with benched(protocol, way, folder, limits=replace(LIMITS, answer_s=1.5)) as bench:
        assert isinstance(bench, OwnBench)
        await bench.sign.show(CALL)  # what is imported once is imported now
        watching = asyncio.create_task(watch())
        bench.fail(Faults(mute=True))
        await bench.sign.show(CALL)
        await bench.unplug()
        await bench.sign.show(CALL)
        going = False
        await watching
        await bench.plug()
    assert longest < 1.0

"""The task of one sign: newest state only, repainting, reconnecting, and what it says of itself.

Intervals are short here; what is judged is counts and order, not how long a busy machine takes.
"""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import asynccontextmanager

from msgspec.structs import replace

from tests.display.signs.benches import LIMITS
from tests.printer.patience import until
from turnero.display.signs.face import Face
from turnero.display.signs.machines import machine
from turnero.display.signs.opening import Lines
from turnero.display.signs.port import Outcome, Reason, Result, Sign
from turnero.display.signs.state import SignCall, SignSettings, SignState
from turnero.display.signs.station import Ring, SignBeat
from turnero.display.signs.virtual import Faults, VirtualLine
from turnero.display.signs.worker import Pace, Worker
from turnero.store.devices import Device
from turnero.store.errors import Unavailable

DEVICE = Device(7, 1, "sign", "s1", "Letrero", "", "{}", None, None)
#: nothing happens by itself within a test
CALM = Pace(60, 60, 60, 60, (60, 60), 60)


class OwnStation:
    """Says what the test wants shown, and keeps what it was told."""

    def __init__(self) -> None:
        self.wanted: SignState | None = SignState(idle="HOLA")
        self.beats: list[SignBeat] = []
        self.wall_ms = 1000

    def now_ms(self) -> int:
        return self.wall_ms

    async def signs(self) -> list[Device]:
        return [DEVICE]

    async def state(self, sign: Device) -> SignState:
        del sign
        if self.wanted is None:
            raise Unavailable("away")
        return self.wanted

    async def heard(self, sign: Device, beat: SignBeat) -> None:
        del sign
        self.beats.append(beat)

    async def rings(self) -> AsyncGenerator[Ring, None]:
        yield Ring(1)


class Case:
    """A worker on a virtual sign, and every painting that it began."""

    def __init__(self, pace: Pace, *, idle: str = "") -> None:
        self.station = OwnStation()
        self.line = VirtualLine("s1")
        self.line.machines.append(machine("s1", "ditel", 5, 6, tcp=False))
        self.lines = Lines(LIMITS, {"s1": self.line})
        self.sign = Noting(self.lines.sign(SignSettings("virtual://s1", "ditel", 5, width=6)))
        self.worker = Worker(DEVICE, self.sign, self.station, pace=pace, idle=idle)

    @property
    def text(self) -> str:
        return self.line.machines[0].panel.text

    @property
    def beat(self) -> SignBeat:
        assert self.worker.beat is not None
        return self.worker.beat

    def want(self, *numbers: str) -> None:
        self.station.wanted = SignState(tuple(SignCall(one, "3") for one in numbers), "HOLA")
        self.worker.wake()

    def fail(self, faults: Faults) -> None:
        self.line.set_faults(self.line.machines[0], faults)

    async def shows(self, text: str) -> None:
        await until(lambda: self.text == text)


class Noting:
    """The sign, with a note of each painting, and a hand that can hold it up."""

    def __init__(self, sign: Sign) -> None:
        self.sign = sign
        self.faces: list[Face] = []
        self.free = asyncio.Event()
        self.free.set()

    @property
    def width(self) -> int | None:
        return self.sign.width

    @property
    def opened(self) -> int:
        return self.sign.opened

    async def show(self, face: Face) -> Outcome:
        self.faces.append(face)
        await self.free.wait()
        return await self.sign.show(face)

    async def gone(self) -> bool:
        return await self.sign.gone()

    async def close(self) -> None:
        await self.sign.close()


@asynccontextmanager
async def working(pace: Pace = CALM, *, idle: str = "") -> AsyncIterator[Case]:
    case = Case(pace, idle=idle)
    case.worker.start()
    try:
        yield case
    finally:
        case.sign.free.set()
        await case.worker.stop()


async def test_what_was_missed_while_painting_is_left_out_only_the_newest_is_painted() -> None:
    async with working() as case:
        await case.shows(" HOLA ")
        case.sign.free.clear()
        case.want("A001")
        await until(lambda: len(case.sign.faces) == 2)
        for number in range(2, 30):
            case.want(f"A{number:03}")
            await asyncio.sleep(0)
        case.sign.free.set()
        await case.shows("A029 3")
        assert [face.number for face in case.sign.faces] == ["", "A001", "A029"]


async def test_nothing_new_is_painted_again_all_the_same_each_interval() -> None:
    async with working(replace(CALM, repaint_s=0.05)) as case:
        await case.shows(" HOLA ")
        # What it showed is lost without a word, as after a lightning stroke.
        case.line.machines[0].panel = replace(case.line.machines[0].panel, text="######")
        await case.shows(" HOLA ")
        await until(lambda: len(case.sign.faces) >= 4)


async def test_within_the_interval_a_ring_without_news_paints_nothing() -> None:
    async with working() as case:
        await case.shows(" HOLA ")
        for _ in range(5):
            case.worker.wake()
            await asyncio.sleep(0.01)
        assert len(case.sign.faces) == 1


async def test_unplugged_and_plugged_again_it_shows_the_whole_state_without_a_call() -> None:
    pace = replace(CALM, watch_s=0.02, retry_s=(0.02, 0.05))
    async with working(pace) as case:
        case.want("A047")
        await case.shows("A047 3")
        case.fail(Faults(unplugged=True))
        await until(lambda: case.worker.beat is not None and case.worker.beat.result != "shown")
        assert case.text == ""
        case.fail(Faults())
        await case.shows("A047 3")
        await until(lambda: case.station.beats[-1].result is Result.SHOWN)


async def test_a_line_that_another_sign_opened_anew_is_painted_on_again() -> None:
    """What was lost with the line is lost for all that hang on it."""
    async with working() as case:
        await case.shows(" HOLA ")
        case.line.machines.append(machine("s2", "ditel", 6, 6, tcp=False))
        case.line.machines[0].panel = replace(case.line.machines[0].panel, text="######")
        for session in list(case.line.sessions):
            session.end()
        neighbour = case.lines.sign(SignSettings("virtual://s1", "ditel", 6, width=6))
        assert (await neighbour.show(Face("A001"))).well
        case.worker.wake()
        await case.shows(" HOLA ")
        await neighbour.close()


async def test_a_failing_sign_says_why_and_since_when_and_ends_it_when_it_is_well() -> None:
    async with working(replace(CALM, retry_s=(0.02, 0.05))) as case:
        await case.shows(" HOLA ")
        case.fail(Faults(mute=True))
        case.station.wall_ms = 5000
        case.want("A047")
        await until(lambda: case.station.beats[-1].reason is Reason.MUTE)
        case.station.wall_ms = 9000
        case.want("A048")
        await until(lambda: case.worker.beat is not None and case.worker.beat.face.number == "A048")
        assert case.worker.beat is not None
        assert case.worker.beat.since_ms == 5000
        case.fail(Faults())
        await until(lambda: case.station.beats[-1].result is Result.SHOWN)
        assert case.station.beats[-1] == SignBeat(Face("A048", "3"), Result.SHOWN)


async def test_one_answer_that_was_lost_is_nobodys_news() -> None:
    async with working(replace(CALM, retry_s=(0.2, 0.2))) as case:
        await until(lambda: case.station.beats)
        case.fail(Faults(mute=True))
        case.want("A047")
        await until(lambda: case.worker.beat is not None and case.worker.beat.reason is Reason.MUTE)
        case.fail(Faults())
        await until(lambda: case.worker.beat is not None and case.worker.beat.reason is None)
        assert {beat.reason for beat in case.station.beats} == {None}


async def test_several_who_are_awaited_stand_there_in_turn_the_newest_first() -> None:
    async with working(replace(CALM, turn_s=0.05)) as case:
        case.want("A049", "A048", "A047")
        for text in ("A049 3", "A048 3", "A047 3", "A049 3"):
            await case.shows(text)
        case.want("A050", "A049")
        await case.shows("A050 3")


async def test_while_nobody_says_what_to_show_it_keeps_it_and_in_the_end_is_idle() -> None:
    pace = replace(CALM, watch_s=0.02, stale_s=0.3)
    async with working(pace, idle="PASE") as case:
        case.want("A047")
        await case.shows("A047 3")
        case.station.wanted = None
        await asyncio.sleep(0.1)
        assert case.text == "A047 3"
        await case.shows(" PASE ")
        case.want("A048")
        await case.shows("A048 3")


async def test_a_number_that_does_not_fit_leaves_no_earlier_one_in_its_place() -> None:
    async with working() as case:
        case.want("A046")
        await case.shows("A046 3")
        case.want("AB12345")
        await case.shows("      ")
        await until(lambda: case.beat.reason is Reason.TOO_NARROW)
        assert case.beat.face.number == "AB12345", "what it should show"
        case.want("A048")
        await case.shows("A048 3")


async def test_it_is_heard_now_and_then_though_nothing_happens() -> None:
    async with working(replace(CALM, beat_s=0.03)) as case:
        await until(lambda: len(case.station.beats) >= 3)
        assert len(case.sign.faces) == 1


async def test_an_adapter_with_a_defect_is_a_fault_and_the_worker_goes_on() -> None:
    async with working(replace(CALM, retry_s=(0.02, 0.02))) as case:
        await case.shows(" HOLA ")
        good = case.sign.sign

        class Broken(Noting):
            async def show(self, face: Face) -> Outcome:
                raise ZeroDivisionError(face)

        case.sign.sign = Broken(good)
        case.want("A047")
        await until(lambda: case.station.beats[-1].reason is Reason.FAULT)
        case.sign.sign = good
        await case.shows("A047 3")

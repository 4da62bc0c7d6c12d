"""What counts as a printer's word, byte for byte: on a scripted line, where only the script answers."""

import asyncio

import pytest

from turnero.printer.port import Confirmation, Limits, Link, Outcome, Paper, Reason, Result
from turnero.printer.transports.answers import Answer, Behind, Echo, Noise, Report, Status, hear
from turnero.printer.transports.base import BasePrinter

PRINTED = Outcome(Result.PRINTED)
UNCONFIRMED = Outcome(Result.UNKNOWN, Reason.UNCONFIRMED)
WELL = b"\x12\x12\x12"


class Scripted:
    """A line that says its bytes one after the other, then nothing; answers once it was asked."""

    def __init__(self, said: bytes, answers: bytes = b"") -> None:
        self._said = said
        self._answers = answers

    async def write(self, data: bytes) -> None:
        """Taken."""
        self._said, self._answers = self._said + self._answers, b""

    async def read(self, size: int) -> bytes:
        """The next bytes of the script."""
        if not self._said:
            await asyncio.sleep(60)
        said, self._said = self._said[:size], self._said[size:]
        return said

    async def close(self) -> None:
        """Nothing to close."""


class Script(BasePrinter):
    """A printer on a line that stays, with a script for each job."""

    forgets = False

    def __init__(self, confirms: Confirmation, *scripts: bytes, late: bytes = b"") -> None:
        super().__init__(confirms=confirms, limits=Limits(1, 1, 0.1, 0.1))
        self._scripts = list(scripts)
        self.late = late

    async def connect(self) -> Link:
        """The next script, behind three answers that all is well."""
        return Scripted(self.late, WELL + self._scripts.pop(0))


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        (b"\x12", Status(0x12)),
        (b"\x72", Status(0x72)),
        (b"\x00", Behind()),
        (b"\x03", Behind()),
        (b"\x0f", Report(Reason.PAPER_OUT, Paper.OUT)),
        (b"\x37\x22ABCD\x00", Echo(b"ABCD")),
        (b"\x37\x23ABCD\x00", Noise(0x37)),
        (b"\x10\x00\x00\x00", Report(None, Paper.PRESENT)),
        (b"\x14\x00\x03\x00", Report(None, Paper.NEAR_END)),
        (b"\x38\x00\x0c\x00", Report(Reason.PAPER_OUT, Paper.OUT)),
        (b"\x38\x00\x00\x00", Report(Reason.COVER_OPEN, Paper.PRESENT)),
        (b"\x18\x00\x00\x00", Report(Reason.OFFLINE, Paper.PRESENT)),
        (b"\xfe", Noise(0xFE)),
        (b"\x11", Noise(0x11)),
    ],
)
async def test_answers_are_told_apart_by_their_fixed_bits(said: bytes, answer: Answer) -> None:
    assert await hear(Scripted(said)) == answer


@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        (b"\x37\x22ABCD\x00", PRINTED),
        (b"\x10\x00\x00\x00\xfe\x37\x22ABCD\x00", PRINTED),
        (b"\x37\x22ABCC\x00", UNCONFIRMED),
        (b"\x37\x22ABCC\x00\x37\x22ABCD\x00", PRINTED),
        (b"\x37\x22ABCD", UNCONFIRMED),
        (b"\x00", UNCONFIRMED),
        (b"\x38\x00\x0c\x00", Outcome(Result.UNKNOWN, Reason.PAPER_OUT)),
        (b"\x38\x00\x0c\x00\x37\x22ABCD\x00", PRINTED),
    ],
)
async def test_only_the_jobs_own_id_says_that_it_is_printed(
    script: bytes, outcome: Outcome
) -> None:
    assert await Script(Confirmation.PROCESS, script).send(b"job", "ABCD") == outcome


@pytest.mark.parametrize(
    ("script", "outcome"),
    [
        (b"\x00", PRINTED),
        (b"\x10\x00\x00\x00\x03", PRINTED),
        (b"\xfe\x00", UNCONFIRMED),
        (b"\x37\x22ABCD\x00", UNCONFIRMED),
        (b"\x0c", Outcome(Result.UNKNOWN, Reason.PAPER_OUT)),
    ],
)
async def test_an_answer_of_one_byte_proves_nothing_among_noise(
    script: bytes, outcome: Outcome
) -> None:
    assert await Script(Confirmation.STATUS, script).send(b"job", "ABCD") == outcome


async def test_an_answer_still_owed_for_an_earlier_job_is_not_this_ones() -> None:
    printer = Script(Confirmation.STATUS, b"", b"\x00", b"\x00", b"", b"\x00\x00")
    outcomes = [await printer.send(b"job", "ABCD") for _ in range(5)]
    assert outcomes == [UNCONFIRMED, UNCONFIRMED, PRINTED, UNCONFIRMED, PRINTED]


@pytest.mark.parametrize("late", [b"\x1e", b"\x12\x1e", b"\x16\x37\x22AB"])
async def test_an_answer_that_came_too_late_answers_no_question_of_the_next_job(
    late: bytes,
) -> None:
    """Paper near its end, said late, would stand for a cover that is open: from then on for ever."""
    printer = Script(Confirmation.PROCESS, b"\x37\x22ABCD\x00", b"", late=late)
    assert await printer.send(b"job", "ABCD") == PRINTED
    state = await printer.state()
    assert (state.paper, state.cover_open, state.obstacle) == (Paper.PRESENT, False, None)


async def test_an_owed_answer_that_came_between_two_jobs_is_owed_no_more() -> None:
    printer = Script(Confirmation.STATUS, b"", b"\x00")
    assert await printer.send(b"job", "ABCD") == UNCONFIRMED
    printer.late = b"\x00"
    assert await printer.send(b"job", "ABCD") == PRINTED

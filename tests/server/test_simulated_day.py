"""A whole day in seconds: 1,500 tickets at 20 desks with all that a day brings; same seed, same journal."""

import asyncio
from collections import Counter
from pathlib import Path

import msgspec
import pytest

from turnero.queue import facts
from turnero.server.simulate import Simulated, simulate
from turnero.server.simulate.site import DAY
from turnero.store import journal
from turnero.store.clock import VirtualClock
from turnero.store.facts import Entry
from turnero.store.ids import SeededIds
from turnero.store.ledger import Ledger
from turnero.store.opening import DATABASE
from turnero.store.sqlite import SqliteBackend


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the day is kept."""
    return tmp_path_factory.mktemp("day")


@pytest.fixture(scope="module")
def day(folder: Path) -> Simulated:
    """The day of seed 7."""
    return asyncio.run(simulate(folder, 7))


@pytest.fixture(scope="module")
def entries(folder: Path, day: Simulated) -> list[Entry]:
    """Its journal."""

    async def read() -> list[Entry]:
        backend = SqliteBackend(folder / DATABASE)
        ledger = Ledger(backend, key=b"", clock=VirtualClock(0), ids=SeededIds(0))
        await ledger.start()
        try:
            return await ledger.read(journal.between, 1, 0)
        finally:
            await ledger.stop()

    return asyncio.run(read())


def test_the_same_seed_gives_the_same_journal_byte_for_byte_and_another_seed_another(
    day: Simulated, tmp_path: Path
) -> None:
    again = asyncio.run(simulate(tmp_path / "again", 7))
    assert (again.digest, again.facts, again.report) == (day.digest, day.facts, day.report)
    other = asyncio.run(simulate(tmp_path / "other", 8, tickets=60))
    assert other.digest != day.digest


def test_the_chain_holds_and_the_report_is_what_the_journal_alone_gives(day: Simulated) -> None:
    assert day.whole
    assert day.same_report
    assert day.report.day == DAY


def test_fifteen_hundred_tickets_at_twenty_desks_are_all_accounted_for(day: Simulated) -> None:
    report = day.report
    taken = sum(one.tickets for one in report.tickets)
    assert taken >= 1500
    assert len(report.desks) == 20
    for one in report.tickets:
        ended = one.served + one.no_show + one.cancelled + one.not_served
        assert ended + one.open == one.tickets
        # Only round the clock does anybody still wait after the close.
        assert one.open == 0 or one.service == "urgencias"
    assert sum(one.served for one in report.tickets) > 1300


def test_all_that_a_day_can_bring_is_in_it(day: Simulated, entries: list[Entry]) -> None:
    told = Counter(entry.kind for entry in entries)
    report = day.report
    for kind in (
        facts.SessionPaused,
        facts.HandedOver,
        facts.HandoverRead,
        facts.ServicePaused,
        facts.MessageShown,
        facts.MessageEnded,
        facts.LineMoved,
        facts.LineKept,
        facts.TicketSteppedOut,
        facts.TicketOverstayed,
        facts.TicketParked,
        facts.TicketTransferred,
        facts.TicketCorrected,
        facts.PressUndone,
        facts.HelpEscalated,
        facts.AlarmRaised,
        facts.NumbersLeased,
        facts.ServedByHand,
        facts.DayClosed,
    ):
        assert told[str(kind.__struct_config__.tag)], kind
    # Reported after the close, and again after what came late.
    assert told["day-reported"] == 2
    # One takes the desk over, one is relieved.
    assert sum(desk.sessions for desk in report.desks) == 22
    assert all(desk.breaks >= 1 for desk in report.desks)
    assert {one.seconds for one in report.help_calls} == {40, 75}
    assert (report.by_hand, report.late) == (2, 4)
    assert dict(report.not_served)["uploaded-late"] == 2
    assert dict(report.not_served)["day-closed"] > 0
    assert report.overrides
    assert report.no_shows > 20
    # Nobody takes an x-ray ticket after noon; calls in hall A rest for eight minutes.
    assert day.refused["service-paused"] > 5
    assert day.refused["emergency-on"] > 0


def test_no_number_is_given_twice_and_no_wait_is_negative(entries: list[Entry]) -> None:
    issued = [one.fact for one in entries if one.kind == "ticket-issued"]
    numbers = [fact.number for fact in issued if isinstance(fact, facts.TicketIssued)]
    assert len(numbers) == len(set(numbers))
    calls = [one.fact for one in entries if one.kind == "ticket-called"]
    assert min(fact.waited_ms for fact in calls if isinstance(fact, facts.TicketCalled)) >= 0


def test_during_the_emergency_nobody_is_called_in_its_hall(entries: list[Entry]) -> None:
    shown = next(one for one in entries if b'"emergency"' in one.body)
    ended = next(one for one in entries if one.kind == "message-ended" and one.seq > shown.seq)
    between = [one.fact for one in entries if shown.at_ms < one.at_ms < ended.at_ms]
    called = [one.desk for one in between if isinstance(one, facts.TicketCalled)]
    assert called
    assert all(int(desk.partition(".")[2]) > 10 for desk in called)


def test_it_is_seconds_not_minutes(day: Simulated) -> None:
    assert day.commands > 5000
    # Generous: the machine that runs this may be slow and busy.
    assert day.seconds < 120


def test_the_figures_survive_being_written_down(day: Simulated) -> None:
    written = msgspec.json.encode(day)
    assert msgspec.json.decode(written, type=Simulated) == day

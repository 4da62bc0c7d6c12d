"""A closed day of the journal, played again with other desks."""

import asyncio
import re
from pathlib import Path

import msgspec
import pytest
from click.testing import CliRunner

from turnero.cli import main
from turnero.queue import reads
from turnero.queue.report import DayReport
from turnero.server.simulate import changes, simulate, telling
from turnero.server.simulate.changes import ChangeError
from turnero.server.simulate.days import closed_day
from turnero.server.simulate.recorded import Recorded
from turnero.server.simulate.script import Span
from turnero.server.simulate.site import DAY
from turnero.server.simulate.what_if import Found, Question, ask
from turnero.store.clock import SystemClock
from turnero.store.ids import SystemIds
from turnero.store.ledger import Ledger
from turnero.store.opening import DATABASE
from turnero.store.sql import Query
from turnero.store.sqlite import SqliteBackend

TICKETS = 500
#: the only other desk for the pharmacy is 18
PHARMACY = "17"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An installation whose hospital had one day."""
    folder = tmp_path_factory.mktemp("installation")
    asyncio.run(simulate(folder, 3, TICKETS))
    return folder


@pytest.fixture(scope="module")
def both(folder: Path) -> tuple[Recorded, DayReport]:
    """The day as it is played, and its report."""

    def read(q: Query) -> tuple[Recorded, DayReport]:
        day, kept = closed_day(q, 1, DAY), reads.day_report(q, 1, DAY)
        assert day is not None
        assert kept is not None
        return day, kept.report

    async def once() -> tuple[Recorded, DayReport]:
        backend = SqliteBackend(folder / DATABASE)
        ledger = Ledger(backend, key=b"", clock=SystemClock(), ids=SystemIds())
        await ledger.start()
        try:
            return await ledger.read(read)
        finally:
            await ledger.stop()

    return asyncio.run(once())


@pytest.fixture(scope="module")
def day(both: tuple[Recorded, DayReport]) -> Recorded:
    """The day as it is played."""
    return both[0]


def test_the_day_is_the_one_that_was(both: tuple[Recorded, DayReport]) -> None:
    day, report = both
    taken = sum(one.tickets for one in report.tickets)
    assert len(day.script.people) + day.out == taken
    assert day.out < 15
    assert report.all_waits is not None
    assert abs(len(day.waits) - report.all_waits.n) <= report.by_hand + report.late
    longest = max(wait.waited for wait in day.waits)
    assert longest == pytest.approx(report.all_waits.max_s / 60, abs=0.1)
    # Who works when, breaks left out.
    for desk in report.desks:
        spans = day.script.shifts[desk.desk.partition(".")[2]]
        works = sum(60 * (span.end - span.start) for span in spans)
        assert works == pytest.approx(desk.open_s - desk.break_s, abs=2)
    # Services take what they took: a pharmacy's twice as long as the cashier's.
    assert 5 < day.script.times["farmacia"].mean < 12
    assert 3 < day.script.times["caja"].mean < 6
    assert len(day.script.times["caja"].seen) > 50


def test_a_desk_less_is_felt_by_those_whom_it_served(day: Recorded) -> None:
    change = changes.parse("07:30-12:30 -1", PHARMACY)
    found = ask(Question(day, change, seeds=4), jobs=2)
    assert (found.desk, found.services) == (PHARMACY, ("farmacia",))
    assert found.within is not None
    assert found.within.told
    assert found.within.after.mid > found.within.before.mid + 10
    assert found.within.less.mid == pytest.approx(
        found.within.before.mid - found.within.after.mid, abs=0.05
    )
    # Played as it was it is near what was, and the others hardly feel it.
    assert found.within.real is not None
    assert abs(found.within.before.mid - found.within.real) < 8
    assert found.all is not None
    assert abs(found.all.less.mid) < 3
    assert not found.before.refused
    assert msgspec.json.decode(msgspec.json.encode(found), type=Found) == found
    told = telling.what_if(found)
    assert max(map(len, told.splitlines())) <= 80
    words = " ".join(told.split())
    assert "1 desk fewer from 07:30 to 12:30 (first Ventanilla 17: farmacia)" in words
    assert re.search(r"these hours would have waited [^:]+: \d+\.\d ±\d+\.\d more", words)


def test_another_rule_is_felt_by_the_classes(day: Recorded) -> None:
    """Points by target instead of Peru's share: who is preferential comes later than now."""
    few = changes.apply(day.script, changes.parse("07:00-17:30 -14")).script
    busy = msgspec.structs.replace(day, script=few)
    found = ask(Question(busy, None, seeds=3, rule="accumulating"), jobs=2)
    assert (found.services, found.theirs, found.within) == ((), None, None)
    assert set(found.classes) == {"ordinary", "preferential"}
    assert found.classes["preferential"].told
    assert found.classes["preferential"].less.mid < 0
    told = " ".join(telling.what_if(found).split())
    assert "next by the rule 'accumulating'" in told
    assert re.search(r"Half of everybody of class preferential would have waited .+ more", told)
    with pytest.raises(ChangeError, match="calls by the rule 'share' already"):
        changes.ruled(day.script, "share")


def test_a_change_is_made_to_the_desk_that_is_named_or_that_helps(day: Recorded) -> None:
    more = changes.apply(day.script, changes.parse("09:00-11:00 +2", PHARMACY))
    twins = [key for key in more.script.shifts if key not in day.script.shifts]
    assert len(twins) == 2
    assert [more.script.shifts[key] for key in twins] == [(Span(540, 660),)] * 2
    # One who worked in the morning only is called in at night, without a twin.
    late = changes.apply(day.script, changes.parse("18:00-19:00 +1", PHARMACY))
    assert set(late.script.shifts) == set(day.script.shifts)
    assert late.script.shifts[PHARMACY][-1] == Span(1080, 1140)
    fewer = changes.apply(day.script, changes.parse("10:00-11:00 -1", PHARMACY))
    assert all(one.overlap(Span(600, 660)) == 0 for one in fewer.script.shifts[PHARMACY])
    # Unnamed: the desk for those who wait longest.
    longest = [
        msgspec.structs.replace(one, waited=90.0) for one in day.waits if one.service == "citas"
    ]
    assert changes.apply(day.script, changes.parse("08:00-12:00 +1"), tuple(longest)).desk == "19"


@pytest.mark.parametrize(
    "text", ["09:00-11:00", "9-11 +1", "11:00-09:00 +1", "09:00-11:00 +0", "x"]
)
def test_a_change_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(ChangeError, match=r"no change|changes nothing"):
        changes.parse(text)


def test_an_unknown_desk_and_hours_in_which_nobody_works_are_refused(day: Recorded) -> None:
    with pytest.raises(ChangeError, match="there is no desk '99'; there are: 1, 2"):
        changes.apply(day.script, changes.parse("09:00-11:00 +1", "99"))
    with pytest.raises(ChangeError, match="nobody works at desk '17' in those hours"):
        changes.apply(day.script, changes.parse("01:00-02:00 -1", PHARMACY))
    with pytest.raises(ChangeError, match="only 0 desks work"):
        changes.apply(day.script, changes.parse("01:00-02:00 -1"))


def test_the_command_line_tells_it(folder: Path) -> None:
    words = ["what-if", "--data", str(folder), "--day", DAY, "--desk", PHARMACY, "--seeds", "2"]
    done = CliRunner().invoke(main, [*words, "--desks", "07:30-12:30 -1"])
    assert done.exit_code == 0, done.output
    assert "Half of those who came for farmacia in these hours would" in done.output
    assert "preferential" in done.output
    other = CliRunner().invoke(
        main, ["what-if", "--data", str(folder), "--day", "2020-01-01", "--desks", "09:00-10:00 +1"]
    )
    assert other.exit_code == 1
    assert f"2020-01-01 is no closed day of the journal: the newest are {DAY}" in other.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["what-if", "--day", DAY], "say what changes"),
        (["what-if", "--day", DAY, "--rule", "strict", "--desk", "1"], "say what changes"),
        (["what-if", "--day", DAY, "--rule", "fifo"], "'fifo' is not one of"),
        (["simulate", "--seeds", "3"], "are for a SCENARIO"),
        (["simulate", "--seed", "3", "some.toml"], "for the day without a SCENARIO"),
    ],
)
def test_options_that_would_do_nothing_are_refused(words: list[str], said: str) -> None:
    done = CliRunner().invoke(main, words)
    assert done.exit_code == 2
    assert said in " ".join(done.output.split())


def test_a_scenario_takes_its_people_from_a_day_of_the_journal(
    folder: Path, tmp_path: Path
) -> None:
    """The pharmacy in half the time, everything else as it was."""
    head = f'[scenario]\nkey = "sim"\nrecorded = "{DAY}"\nseeds = 2\n'
    words = ["simulate", "--data", str(folder), "--json", "--jobs", "1"]
    means = []
    for n, more in enumerate(("", '[[service]]\nkey = "farmacia"\nminutes = 2\n')):
        file = tmp_path / f"{n}.toml"
        file.write_text(head + more, "utf-8")
        done = CliRunner().invoke(main, [*words, str(file)])
        assert done.exit_code == 0, done.output
        waits = msgspec.json.decode(done.stdout)["figures"]["waits"]
        assert waits[0]["people"] > 0.9 * TICKETS
        (pharmacy,) = [
            one for one in waits if (one["service"], one["attention"]) == ("farmacia", None)
        ]
        means.append(pharmacy["mean"]["mid"])
    assert means[1] < 0.5 * means[0]


def test_a_wrong_scenario_ends_the_program_with_its_line(folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "wrong.toml"
    file.write_text('[scenario]\nkey = "sim"\nrecorded = "2020-01-01"\n', "utf-8")
    done = CliRunner().invoke(main, ["simulate", "--data", str(folder), str(file)])
    assert done.exit_code == 1
    assert "2020-01-01 is no closed day of the journal" in done.output
    file.write_text('[scenario]\nkey = "sim"\nseeds = -1\n', "utf-8")
    done = CliRunner().invoke(main, ["simulate", "--data", str(folder), str(file)])
    assert done.exit_code == 1
    assert f"{file}, line 3: scenario.seeds must be a whole number >= 1" in done.output

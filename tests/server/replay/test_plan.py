"""A recorded day becomes a plan: legal prefixes, people before their calls, desks as observed."""

from pathlib import Path

import pytest

from tests.server.replay.small_day import DAY, OFFICE, write
from turnero.queue import site_file
from turnero.queue.numbers import PREFIX_LETTERS, SOUND_ALIKE
from turnero.server import traces
from turnero.server.replay import plan as planning
from turnero.server.replay import site_toml, write_site
from turnero.server.replay.drive import events
from turnero.server.replay.plan import Plan
from turnero.server.traces import Observation, QueueDay, TraceError


@pytest.fixture
def plan(tmp_path: Path) -> Plan:
    return planning.make(traces.read(write(tmp_path)).office_day(OFFICE, DAY))


def test_everybody_who_came_and_was_called_is_in_the_plan(plan: Plan) -> None:
    assert [(len(queue.arrivals), len(queue.calls)) for queue in plan.queues] == [
        (12, 12),
        (8, 7),
        (6, 4),
    ]
    assert (plan.people, plan.calls) == (26, 23)


def test_nobody_is_called_before_coming(plan: Plan) -> None:
    for queue in plan.queues:
        assert all(wait >= 0 for wait in queue.waits)
        assert list(queue.calls) == sorted(queue.calls)


def test_prefixes_are_legal_unique_and_do_not_sound_alike() -> None:
    rows = (Observation(480, 1, 1, 1),)
    letters = ["B", "D", "P", "T", "I", "O", "Q", "Ñ", "A", "A", "", "AB"]
    queues = [QueueDay("X", "d", str(n), letter, rows) for n, letter in enumerate(letters)]
    given = [queue.prefix for queue in planning.make(queues).queues]
    assert given[0] == "B"
    assert given[8] == "A"
    assert len(set(given)) == len(given)
    assert all(set(prefix) <= PREFIX_LETTERS for prefix in given)
    assert len(set(given) & SOUND_ALIKE) == 1


def test_desks_open_and_close_as_observed_and_one_works_while_somebody_is_called(
    plan: Plan,
) -> None:
    changes = [[(c.minute, c.desks) for c in queue.changes] for queue in plan.queues]
    assert changes[0] == [(480, 1), (485, 2), (495, 0)]
    assert changes[2] == [(482, 1), (497, 0)], "the trace has no desk there, but calls"


def test_events_of_a_minute_come_people_first_desks_last(plan: Plan) -> None:
    found = list(events(plan.queues[0]))
    assert [event.minute for event in found] == sorted(event.minute for event in found)
    assert [event.what for event in found if event.minute == 480] == ["arrive"] * 3 + ["desks"]
    assert found[-1].what == "desks"


def test_the_same_seed_gives_the_same_day_and_another_seed_another(tmp_path: Path) -> None:
    queues = traces.read(write(tmp_path)).office_day(OFFICE, DAY)
    assert planning.make(queues) == planning.make(queues)
    assert planning.make(queues) != planning.make(queues, seed=2)


def test_the_site_that_is_written_is_one_that_can_be_loaded(tmp_path: Path, plan: Plan) -> None:
    target = tmp_path / "site.toml"
    write_site(write(tmp_path), OFFICE, DAY, target)
    assert target.read_text("utf-8") == site_toml.render(plan)
    site = site_file.decode(target.read_text("utf-8"))
    assert [service.key for service in site.service] == [queue.service for queue in plan.queues]
    assert sum(len(queue.desks) for queue in plan.queues) == len(site.desk) == 4


def test_a_day_on_which_nobody_came_is_refused() -> None:
    with pytest.raises(TraceError, match="nobody takes a ticket"):
        planning.make([QueueDay("X", "d", "1", "A", (Observation(480, 1, 0, 1),))])

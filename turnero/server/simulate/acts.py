"""What the command line asks of rehearsals: files and installations in, text or JSON out."""

from collections.abc import Callable
from pathlib import Path

import msgspec

from turnero.queue.site_file import decode
from turnero.server.settings import Settings
from turnero.server.simulate import capacity, changes, days, scenario, telling
from turnero.server.simulate.figures import figures
from turnero.server.simulate.many import rehearse
from turnero.server.simulate.what_if import Question, ask


def play_scenario(
    file: Path,
    settings: Callable[[], Settings],
    *,
    seeds: int | None,
    jobs: int | None,
    as_json: bool,
) -> str:
    """Play a scenario's days. Raises `ScenarioError` with the line."""
    read = scenario.read(file, days.installed(settings))
    wanted = range(1, (seeds or read.seeds) + 1)
    loads = capacity.loads(read.script, decode(read.script.site))
    with telling.progress() as bar:
        task = bar.add_task("days", total=len(wanted))
        (played,) = rehearse([read.script], wanted, jobs=jobs, advance=lambda: bar.advance(task))
    found = figures(played)
    if not as_json:
        return telling.rehearsal(str(file), found, loads)
    return _json({"scenario": str(file), "overload": loads, "figures": found})


def play_again(
    settings: Settings,
    key: str | None,
    day: str,
    *,
    change: changes.Change | None,
    rule: changes.Rule | None,
    seeds: int,
    jobs: int | None,
    as_json: bool,
) -> str:
    """Play a closed day with and without a change. Raises `TurneroError`."""
    question = Question(days.day_of(settings, key, day), change, seeds, rule)
    with telling.progress() as bar:
        task = bar.add_task("days", total=2 * seeds)
        found = ask(question, jobs=jobs, advance=lambda: bar.advance(task))
    return _json(found) if as_json else telling.what_if(found)


def _json(found: object) -> str:
    return msgspec.json.format(msgspec.json.encode(found)).decode()

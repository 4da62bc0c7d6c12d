"""`turnero waits`: how good the estimate is on recorded days, and the making of what it starts from.

`evaluate` runs the estimator row by row as it would have run that day. `leave_one_out` learns it anew
without the office that it then judges; that, and `learn`, need numpy (the extra `learn`).
"""

import os
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from pathlib import Path
from time import process_time
from types import ModuleType
from typing import Final

from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from turnero.queue.forecast.day import QueueDay
from turnero.queue.forecast.estimator import BadPrior, Estimator, Prior, prior_from
from turnero.queue.forecast.history import NONE
from turnero.server import traces
from turnero.server.evaluate.figures import Evaluation, evaluation
from turnero.server.evaluate.walk import Example, Judgement, examples, judgements
from turnero.store.errors import TurneroError

#: fewer teach chance: a leaf alone wants 60
_LEAST_EXAMPLES: Final = 500
#: queue-days at whose end a forecast is timed
_TIMED: Final = 300


class EvaluateError(TurneroError):
    """Nothing can be said of this file; the message says why."""


def evaluate(path: Path, prior: Path | None = None) -> Evaluation:
    """The shipped estimator, or one with another prior, on every judged row of a file.

    Raises `TraceError` or `EvaluateError`.
    """
    offices = _by_office(path)
    estimator = Estimator.shipped() if prior is None else _with(prior)
    judged: list[Judgement] = []
    with _progress("offices", len(offices)) as passed:
        for days in offices.values():
            judged += judgements(days, estimator)
            passed()
    return _some(path, evaluation(judged))


def cost_ms(path: Path) -> float:
    """Mean milliseconds of processor time for a forecast: features and three quantiles."""
    estimator = Estimator.shipped()
    days = []
    for recorded in traces.read(path).queues[:_TIMED]:
        day = QueueDay()
        for row in recorded.rows:
            day.observe(row.minute, row.desks, row.waiting, row.called)
        days.append((day, day.history(NONE)))
    began = process_time()
    for day, history in days:
        estimator.forecast(day, 9, history)
    return (process_time() - began) * 1000 / len(days)


def leave_one_out(path: Path) -> Evaluation:
    """Each office judged by what `learn` would learn from the others. Raises as `evaluate` does."""
    offices = _by_office(path)
    if len(offices) < 2:  # noqa: PLR2004
        raise EvaluateError(f"{path}: to leave one office out there must be two; there is one")
    _learning()  # say at once that numpy is absent
    found = {office: list(examples(days)) for office, days in offices.items()}
    judged: dict[str, list[Judgement]] = {}
    with (
        _progress("offices", len(offices), lines=True) as passed,
        ProcessPoolExecutor(min(os.cpu_count() or 1, len(offices))) as pool,
    ):
        futures = {
            pool.submit(
                _judged_by,
                path,
                [row for other, rows in found.items() if other != office for row in rows],
                days,
            ): office
            for office, days in offices.items()
        }
        try:
            for future in as_completed(futures):
                judged[futures[future]] = future.result()
                passed()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    whole = _some(path, evaluation([row for office in offices for row in judged[office]]))
    each = {office: evaluation(judged[office]) for office in offices}
    return Evaluation(whole.rows, whole.turnero, whole.vendor, whole.les, each)


def _judged_by(path: Path, others: list[Example], days: list[traces.QueueDay]) -> list[Judgement]:
    """An office by what the others teach; in a process of its own."""
    return list(judgements(days, Estimator(_learned(path, _learning(), others))))


def learn(path: Path, out: Path) -> tuple[int, int]:
    """Write a prior learned from a file; how many examples it was, and its size in bytes.

    The same file gives the same bytes. What was there is replaced once the new one is whole.
    """
    learning = _learning()
    found = [row for days in _by_office(path).values() for row in examples(days)]
    with _progress("trees", learning.trees_to_grow()) as passed:
        data: bytes = learning.packed(_learned(path, learning, found, passed))
    half = out.with_name(f"{out.name}.new")
    half.write_bytes(data)
    half.replace(out)
    return len(found), len(data)


def _by_office(path: Path) -> dict[str, list[traces.QueueDay]]:
    offices: dict[str, list[traces.QueueDay]] = {}
    for queue in traces.read(path).queues:
        offices.setdefault(queue.office, []).append(queue)
    return dict(sorted(offices.items()))


def _with(prior: Path) -> Estimator:
    try:
        return Estimator(prior_from(prior.read_bytes()))
    except BadPrior as error:
        raise EvaluateError(f"{prior}: {error}") from error


def _learning() -> ModuleType:
    try:
        from turnero.queue.forecast import learn  # noqa: PLC0415 - numpy is not there at run time
    except ModuleNotFoundError as error:
        if error.name != "numpy":
            raise
        raise EvaluateError(
            "learning needs numpy: install turnero with its extra, turnero[learn]"
        ) from error
    return learn


def _learned(
    path: Path,
    learning: ModuleType,
    rows: Sequence[Example],
    passed: Callable[[], None] = lambda: None,
) -> Prior:
    if len(rows) < _LEAST_EXAMPLES:
        raise EvaluateError(
            f"{path}: {len(rows)} rows to learn from; at least {_LEAST_EXAMPLES} are needed"
        )
    prior: Prior = learning.learned(
        [row.features for row in rows], [row.waited for row in rows], passed
    )
    return prior


def _some(path: Path, found: Evaluation) -> Evaluation:
    if not found.rows:
        raise EvaluateError(
            f"{path}: no row can be judged: none has two people waiting after six observations "
            "and a line that moved on that far"
        )
    return found


@contextmanager
def _progress(what: str, total: int, *, lines: bool = False) -> Iterator[Callable[[], None]]:
    """A bar on a terminal; elsewhere, if so wanted, a line each time. On the standard error."""
    console = Console(stderr=True)
    done = 0
    with Progress(
        TextColumn(what),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    ) as progress:
        bar = progress.add_task(what, total=total)

        def passed() -> None:
            nonlocal done
            done += 1
            progress.advance(bar)
            if lines and not console.is_terminal:
                console.print(f"{done} of {total} {what}")

        yield passed

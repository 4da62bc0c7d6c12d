"""`turnero waits`: recorded days judged as they would have been seen, and a prior learned from them."""

import gzip
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from random import Random

import pytest

from tests.server.evaluate import counters
from turnero.queue.forecast import learn as learning
from turnero.queue.forecast.day import NAMES
from turnero.queue.forecast.estimator import Estimator, prior_from
from turnero.server import traces
from turnero.server.evaluate import EvaluateError, evaluate, learn, leave_one_out
from turnero.server.evaluate.figures import evaluation
from turnero.server.evaluate.truth import judged, reached_after
from turnero.server.evaluate.walk import Judgement, judgements
from turnero.server.traces import Observation, TraceError

FIGURES = {"mae_minutes", "median_minutes", "bias_minutes", "coverage_80", "mean_width_minutes"}


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two offices, eight days, two queues each."""
    return counters.write(tmp_path_factory.mktemp("traces"), counters.offices())


@pytest.fixture
def few_trees(monkeypatch: pytest.MonkeyPatch) -> None:
    """Learning takes a second: a tenth of the trees."""
    fewer = {name: (quantile, 40) for name, (quantile, _) in learning._MODELS.items()}
    monkeypatch.setattr(learning, "_MODELS", fewer)


def turnero(*words: str | Path, numpy: bool = True) -> subprocess.CompletedProcess[str]:
    """The command, as typed; without numpy if so wanted."""
    hide = "" if numpy else "import sys; sys.modules['numpy'] = None;"
    run = f"{hide}from turnero.cli import main; main()"
    return subprocess.run(
        [sys.executable, "-c", run, *map(str, words)],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


# --- truth -------------------------------------------------------------------------------------


def _rows(*seen: tuple[int, int, int]) -> tuple[Observation, ...]:
    return tuple(Observation(minute, 1, waiting, called) for minute, waiting, called in seen)


def test_truth_is_read_between_two_observations() -> None:
    rows = _rows((480, 3, 10), (490, 3, 11), (500, 0, 15))
    # 13 is half-way from 11 at 490 to 15 at 500.
    assert reached_after(rows, 0, 3) == (15.0, 2)
    assert reached_after(rows, 0, 5) == (20.0, 2)
    assert reached_after(rows, 0, 6) is None


def test_a_wait_beyond_eight_hours_is_no_truth() -> None:
    assert reached_after(_rows((480, 2, 0), (960, 0, 2)), 0, 2) == (480.0, 1)
    assert reached_after(_rows((480, 2, 0), (961, 0, 2)), 0, 2) is None


def test_judged_from_the_seventh_row_with_two_waiting() -> None:
    rows = _rows(*((480 + n, n % 3, n) for n in range(10)))
    assert [place for place in range(10) if judged(rows, place)] == [8]


# --- as it would have been seen -----------------------------------------------------------------


def _said(path: Path) -> dict[tuple[str, str, str, int], Judgement]:
    recorded = traces.read(path).queues
    return {
        (one.office, one.queue, one.day, one.minute): one
        for one in judgements(recorded, Estimator.shipped())
    }


def test_what_comes_later_changes_nothing_said_before(file: Path, tmp_path: Path) -> None:
    """From 10:00 of the sixth day on everything is another: the forecasts until then are the same."""
    changed = []
    for line in file.read_text().splitlines():
        cells = line.split(",")
        if "2026-01-06" < cells[1] < "day" or (cells[1] == "2026-01-06" and int(cells[4]) > 600):
            cells[5:8] = ["7", "4", str(int(cells[7]) + 500)]
        changed.append(",".join(cells))
    before, after = _said(file), _said(counters.write(tmp_path, changed))

    past = [key for key in before if key[2:] <= ("2026-01-06", 600)]
    assert len([key for key in past if key[2] == "2026-01-06"]) > 40
    # Waits that are not over at 10:00 end otherwise, and yet nothing was said otherwise.
    assert any(before[key].truth != after[key].truth for key in past)
    for key in past:
        assert after[key].said == before[key].said, key
    later = [key for key in before if key not in past and key in after]
    assert any(after[key].said != before[key].said for key in later)


def test_the_order_of_days_in_the_file_does_not_matter(file: Path, tmp_path: Path) -> None:
    header, *rows = file.read_text().splitlines()
    rows.sort(key=lambda row: row.split(",")[1], reverse=True)
    assert _said(counters.write(tmp_path, [header, *rows])) == _said(file)


def test_a_queues_waits_change_its_range_and_an_earlier_day_its_forecast(file: Path) -> None:
    recorded = traces.read(file).queues
    whole = _said(file)
    last = [day for day in recorded if (day.office, day.day) == ("North", "2026-01-08")]
    for one in judgements(last, Estimator.shipped()):
        assert whole[one.office, one.queue, one.day, one.minute].said != one.said


# --- figures -----------------------------------------------------------------------------------


def test_a_range_learned_elsewhere_holds_on_counters_it_has_never_seen(file: Path) -> None:
    found = evaluate(file)
    assert found.turnero.mae_minutes is not None
    assert found.les.mae_minutes is not None
    assert found.turnero.mae_minutes < 0.75 * found.les.mae_minutes
    assert found.turnero.coverage_80 == pytest.approx(0.8, abs=0.06)


def test_json_has_these_keys_and_no_others(file: Path) -> None:
    done = turnero("waits", "evaluate", file, "--json", numpy=False)
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert set(found) == {"rows", "turnero", "vendor", "les"}
    assert all(set(found[name]) == FIGURES for name in ("turnero", "vendor", "les"))
    assert found["vendor"]["coverage_80"] is None
    assert found["rows"] == len(_said(file))


def test_the_table_names_all_three(file: Path) -> None:
    done = turnero("waits", "evaluate", file)
    assert done.returncode == 0, done.stderr
    for name in ("turnero", "LES", "installed", "701 rows"):
        assert name in done.stdout
    assert "ms a forecast" in done.stderr


@pytest.mark.parametrize("nothing", ["", "NA", "NaN"])
def test_where_the_installed_system_said_nothing_it_has_no_figure(
    file: Path, tmp_path: Path, nothing: str
) -> None:
    header, *rows = file.read_text().splitlines()
    silent = [line.removesuffix("10") + nothing for line in rows]
    found = evaluate(counters.write(tmp_path, [header, *silent]))
    assert found.vendor.mae_minutes is None
    assert found.turnero == evaluate(file).turnero


def test_gzip_and_columns_that_nobody_knows_are_fine(file: Path, tmp_path: Path) -> None:
    lines = file.read_text().splitlines()
    more = "\n".join([f"{lines[0]},mood", *(f"{line},fair" for line in lines[1:])])
    zipped = tmp_path / "more.csv.gz"
    zipped.write_bytes(gzip.compress(more.encode()))
    assert evaluate(zipped) == evaluate(file)


def test_a_gap_in_a_day_is_gone_over(file: Path, tmp_path: Path) -> None:
    header, *rows = file.read_text().splitlines()
    kept = [row for row in rows if not 560 < int(row.split(",")[4]) < 640]
    found = evaluation(list(_said(counters.write(tmp_path, [header, *kept])).values()))
    assert found.turnero.mae_minutes is not None
    assert found.les.mae_minutes is not None
    assert found.turnero.mae_minutes < found.les.mae_minutes


def test_a_file_as_offices_have_them_is_judged_as_the_tidy_one(file: Path, tmp_path: Path) -> None:
    """Rows in any order, some twice, counters that begin anew at ten, numbers as a spreadsheet's."""
    header, *rows = file.read_text().splitlines()
    at_ten = {tuple(c[:3]): int(c[7]) for c in (r.split(",") for r in rows) if c[4] == "600"}
    odd = []
    for number, row in enumerate(rows):
        cells = row.split(",")
        before = at_ten[tuple(cells[:3])]
        if int(cells[4]) > 600 and before > 10:
            cells[7] = f"{int(cells[7]) - before}.0"
        odd.append(",".join(cells))
        if number % 50 == 0:
            odd.append(odd[-1])
    Random(3).shuffle(odd)
    assert _said(counters.write(tmp_path, [header, *odd])) == _said(file)


def test_a_number_that_is_called_again_calls_nobody_new() -> None:
    seen = [Observation(480 + n, 1, 3, called) for n, called in enumerate((50, 47, 51, 2, 5))]
    assert [row.called for row in traces._in_order(seen)] == [50, 50, 51, 53, 56]


def test_a_row_at_which_nothing_could_be_said_is_a_row_all_the_same(tmp_path: Path) -> None:
    """Seen every minute from the first one on, without a call for ten: the first forecast is later."""
    rows = [
        f"North,2026-01-01,1,A,{480 + n},1,3,{0 if n < 10 else n - 9},"  # vendor: nothing
        for n in range(60)
    ]
    path = counters.write(tmp_path, [counters.lines({})[0], *rows])
    said = _said(path).values()
    silent = [one for one in said if one.said is None]
    assert [one.minute for one in silent] == [486, 487, 488, 489]
    found = evaluate(path)
    assert found.rows == len(said) > len(silent)
    assert found.turnero.mae_minutes is not None


@pytest.mark.parametrize("minute", [500, 560, 655])
def test_a_file_cut_off_in_mid_day_says_the_same_until_then(
    file: Path, tmp_path: Path, minute: int
) -> None:
    header, *rows = file.read_text().splitlines()
    kept = [row for row in rows if _at(row) <= ("2026-01-06", minute)]
    before, after = _said(file), _said(counters.write(tmp_path, [header, *kept]))
    assert len(after) > 300
    for key, one in after.items():
        assert one.said == before[key].said, key


def _at(row: str) -> tuple[str, int]:
    cells = row.split(",")
    return cells[1], int(cells[4])


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (lambda rows: [], "line 1: this is not a trace"),
        (lambda rows: rows[:1], "there is no observation"),
        (lambda rows: rows[:5], "no row can be judged"),
        (
            lambda rows: [*rows[:9], rows[9].replace(",520,", ",soon,"), *rows[10:]],
            "line 10: minute_of_day is 'soon'",
        ),
        (lambda rows: [rows[0].replace("waiting", "queue"), *rows[1:]], "lacks waiting"),
        (
            lambda rows: [rows[0], rows[1].removesuffix("10") + "-3"],
            "line 2: vendor_service_minutes is '-3'",
        ),
        (
            lambda rows: [rows[0], rows[1].removesuffix("10") + "inf"],
            "line 2: vendor_service_minutes is 'inf'",
        ),
    ],
)
def test_a_file_that_cannot_be_used_is_told_with_its_line(
    file: Path, tmp_path: Path, change: Callable[[list[str]], list[str]], reason: str
) -> None:
    broken = counters.write(tmp_path, change(file.read_text().splitlines()))
    with pytest.raises((TraceError, EvaluateError), match=reason):
        evaluate(broken)


# --- learning ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("few_trees")
def test_the_same_file_teaches_the_same_bytes(file: Path, tmp_path: Path) -> None:
    first, second = tmp_path / "one.json.gz", tmp_path / "two.json.gz"
    examples, size = learn(file, first)
    learn(file, second)
    assert first.read_bytes() == second.read_bytes()
    assert len(first.read_bytes()) == size
    assert examples > 1000
    assert prior_from(first.read_bytes()).names == NAMES
    # It was learned from these very days, and knows them better than what is shipped.
    own, shipped = evaluate(file, first).turnero, evaluate(file).turnero
    assert own.mae_minutes is not None
    assert shipped.mae_minutes is not None
    assert own.mae_minutes < shipped.mae_minutes
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.json.gz", "two.json.gz"]


@pytest.mark.usefixtures("few_trees")
def test_leaving_one_out_judges_each_office_by_the_others(file: Path, tmp_path: Path) -> None:
    found = leave_one_out(file)
    assert isinstance(found.offices, dict)
    assert set(found.offices) == {"North", "South"}
    assert sum(office.rows for office in found.offices.values()) == found.rows
    assert found.rows == evaluate(file).rows
    assert found.les == evaluate(file).les
    # What North's figures are, if it is learned from South alone.
    lines = file.read_text().splitlines()
    south = counters.write(tmp_path, [line for line in lines if not line.startswith("North")])
    learn(south, tmp_path / "south.json.gz")
    north = counters.write(tmp_path, [line for line in lines if not line.startswith("South")])
    assert evaluate(north, tmp_path / "south.json.gz").turnero == found.offices["North"].turnero


def test_one_office_cannot_be_left_out(file: Path, tmp_path: Path) -> None:
    north = [line for line in file.read_text().splitlines() if not line.startswith("South")]
    done = turnero("waits", "evaluate", counters.write(tmp_path, north), "--leave-one-out")
    assert done.returncode == 1
    assert "there is one" in done.stderr


def test_too_little_to_learn_from_is_told(file: Path, tmp_path: Path) -> None:
    few = counters.write(tmp_path, file.read_text().splitlines()[:200])
    with pytest.raises(EvaluateError, match="rows to learn from"):
        learn(few, tmp_path / "prior.json.gz")
    assert not (tmp_path / "prior.json.gz").exists()


def test_numpy_is_wanted_only_for_learning(file: Path, tmp_path: Path) -> None:
    done = turnero("waits", "learn", file, "--out", tmp_path / "prior.json.gz", numpy=False)
    assert done.returncode == 1
    assert "turnero[learn]" in done.stderr
    assert "Traceback" not in done.stderr
    everything = (
        "import sys; sys.modules['numpy'] = None;"
        "import turnero.server.app, turnero.server.rooms, turnero.server.forecasting, turnero.cli"
    )
    subprocess.run([sys.executable, "-c", everything], check=True, timeout=60)

"""A scenario is played by the real commands; what is wrong with one is said with its line."""

import re
from pathlib import Path

import msgspec
import pytest

from turnero.queue.site_file import decode
from turnero.server.simulate import capacity, scenario, telling
from turnero.server.simulate.figures import Interval, figures, interval
from turnero.server.simulate.formulas import mean_wait
from turnero.server.simulate.many import rehearse
from turnero.server.simulate.scenario import ScenarioError
from turnero.server.simulate.script import Script
from turnero.store.errors import TurneroError

DOCS = Path(__file__).parents[3] / "docs"
SITE = """
[site]
key = "c"
name = "Clínica"
zone = "America/Lima"
hours = { mon = ["08:00-20:00"] }
[[service]]
key = "caja"
prefix = "A"
name = { es = "Caja" }
path = ["lab"]
[[service]]
key = "lab"
prefix = "L"
name = { es = "Laboratorio" }
[[service]]
key = "rayos"
prefix = "R"
name = { es = "Rayos X" }
[[desk]]
key = "1"
name = "Ventanilla 1"
primary = ["caja"]
planned = { mon = ["08:00-20:00"] }
[[desk]]
key = "2"
name = "Ventanilla 2"
primary = ["lab"]
planned = { mon = ["08:00-20:00"] }
[[desk]]
key = "3"
name = "Rayos"
primary = ["rayos"]
"""
HEAD = '[scenario]\nsite = "site.toml"\nseeds = 3\n'
CAJA = '[[service]]\nkey = "caja"\narrivals = { "08:00-12:00" = 10 }\nminutes = 3\n'
LAB = '[[service]]\nkey = "lab"\nminutes = 2\n'


def nothing(_key: str | None, _day: str | None) -> tuple[str, Script | None]:
    raise TurneroError("no installation here")


def read(folder: Path, text: str) -> scenario.Read:
    """A scenario beside the site above."""
    (folder / "site.toml").write_text(SITE, "utf-8")
    (folder / "latin.toml").write_text(SITE, "latin-1")
    file = folder / "scenario.toml"
    file.write_text(text, "utf-8")
    return scenario.read(file, nothing)


def test_a_file_of_an_editor_that_marks_utf_8_is_read(tmp_path: Path) -> None:
    assert read(tmp_path, "\ufeff" + HEAD + CAJA + LAB).seeds == 3


def test_the_example_of_the_documentation_is_played() -> None:
    found = scenario.read(DOCS / "scenario.toml", nothing)
    (played,) = rehearse([found.script], [1, 2], jobs=1)
    told = figures(played)
    assert told.all is not None
    assert told.all.people == pytest.approx(found.script.expected, rel=0.25)
    ordinary, preferential = (
        next(one for one in told.waits if (one.service, one.attention) == (None, key))
        for key in ("ordinary", "preferential")
    )
    assert preferential.mean.mid < ordinary.mean.mid
    assert not told.refused


def test_the_same_seed_plays_the_same_day_whatever_else_is_played(tmp_path: Path) -> None:
    script = read(tmp_path, HEAD + CAJA + LAB).script
    ((one,),) = rehearse([script], [2], jobs=1)
    ((_, two),) = rehearse([script], [1, 2], jobs=2)
    assert one == two
    assert one.waits


def test_who_waits_for_one_desk_waits_as_theory_says(tmp_path: Path) -> None:
    """Twelve hours at 75 % load, exponential, thirty times: near the wait of an endless day."""
    text = HEAD + CAJA.replace("08:00-12:00", "08:00-20:00").replace("= 10", "= 15") + LAB
    script = read(
        tmp_path, text.replace("minutes = 3", 'minutes = 3\nspread = "exponential"')
    ).script
    (played,) = rehearse([script], range(1, 31), jobs=2)
    told = figures(played)
    caja = next(one for one in told.waits if (one.service, one.attention) == ("caja", None))
    endless = 60 * mean_wait(15, 20, 1)
    assert caja.mean.low is not None
    assert caja.mean.high is not None
    # A day begins with nobody there, so it stays somewhat below.
    assert caja.mean.low < endless < caja.mean.high + 2.5
    # Everybody goes on through the path, under the same number.
    lab = next(one for one in told.waits if (one.service, one.attention) == ("lab", None))
    assert caja.people - 3 < lab.people <= caja.people


def test_more_work_than_desks_is_said_and_ends(tmp_path: Path) -> None:
    """Sixty an hour, three minutes each at one desk and two at the other, from 8 to 12."""
    text = HEAD + CAJA.replace("= 10", "= 60") + LAB
    script = read(tmp_path, text).script
    loads = capacity.loads(script, decode(script.site))
    assert [one.hour for one in loads] == [8, 9, 10, 11]
    assert loads[0] == capacity.Load(8, ("caja", "lab"), 2, work=300.0, time=120.0)
    assert loads[0].too_much == 180
    (played,) = rehearse([script], [1], jobs=1)
    told = figures(played)
    assert told.all is not None
    assert told.all.ninth.mid > 120
    text = telling.rehearsal("Monday", told, loads)
    assert (
        "! 08:00 to 09:00: MORE WORK THAN DESKS: caja, lab: 300 minutes of work come and "
        "2 desks can do 120: 180 too many (150%)"
    ) in " ".join(text.split())
    assert max(map(len, text.splitlines())) <= 80
    assert re.search(r"^08:00 █+░+ \d+, \d+$", text, re.MULTILINE)


def test_who_is_never_called_counts_as_one_who_waits(tmp_path: Path) -> None:
    """The desk closes at nine, people come until twelve: most of them wait till the day ends."""
    text = HEAD + CAJA + LAB + '[[desk]]\nkey = "1"\nhours = ["08:00-09:00"]\n'
    (played,) = rehearse([read(tmp_path, text).script], [1, 2, 3], jobs=1)
    told = figures(played)
    caja = next(one for one in told.waits if (one.service, one.attention) == ("caja", None))
    never = told.left["caja"]
    assert never > 15
    assert caja.people - never == pytest.approx(10, abs=6)
    # They stay until the laboratory closes, at eight in the evening.
    assert 6 * 60 < caja.median.mid < 12 * 60
    assert told.hours[-1].median > 8 * 60
    assert f"never called: {never:g} a day for caja" in telling.rehearsal("Monday", told, [])


def test_no_wait_is_said_to_be_less_than_none() -> None:
    """Of three days one had a wait: Student's interval alone would begin at -9.9 minutes."""
    assert interval([0.0, 0.0, 9.0], 0.0) == Interval(3.0, 0.0, 15.91)
    assert interval([0.0, 0.0, -9.0]).high == 9.91


def test_work_for_which_another_desk_has_time_is_not_too_much(tmp_path: Path) -> None:
    text = HEAD + CAJA.replace("= 10", "= 19") + LAB
    script = read(tmp_path, text).script
    site = SITE.replace('primary = ["lab"]', 'primary = ["lab"]\noverflow = ["caja"]')
    (load, *_) = capacity.loads(script, decode(script.site))
    assert load.services == ("caja",)
    assert load.too_much == 0
    assert load.settled == pytest.approx(60 * mean_wait(19, 20, 1), abs=0.1)
    more = msgspec.structs.replace(script, site=site)
    assert not capacity.loads(more, decode(site))


def test_a_recorded_site_of_nobody_is_no_scenario(tmp_path: Path) -> None:
    with pytest.raises(TurneroError, match="no installation here"):
        read(tmp_path, '[scenario]\nkey = "c"\n' + CAJA)


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        (HEAD + CAJA.replace("= 10", "= -10") + LAB, 6, ">= 0"),
        (
            HEAD + CAJA.replace('"caja"', '"cajas"'),
            5,
            "'cajas' is no service of the site; there are",
        ),
        (HEAD + CAJA.replace("08:00-12:00", "12:00-08:00") + LAB, 6, "no span"),
        (HEAD + CAJA.replace("minutes = 3", "minutes = 0"), 7, "> 0"),
        (HEAD + CAJA.replace("minutes = 3", ""), 4, "lacks minutes"),
        (HEAD + CAJA, 4, "lacks minutes: how long a service of 'lab', the next step of its path"),
        (HEAD + CAJA.replace("caja", "rayos"), 4, "is served by no desk that works on this day"),
        (HEAD + CAJA.replace("= 10", "= 90000") + LAB, 4, "at most 20000 can be played"),
        (HEAD + CAJA + "classes = { urgente = 0.5 }\n" + LAB, 8, "'urgente' is no class"),
        (
            HEAD + CAJA + "classes = { preferential = 0.9, ordinary = 0.2 }\n" + LAB,
            8,
            "more than 1 together",
        ),
        (HEAD + CAJA + LAB + '[[desk]]\nkey = "9"\nhours = []\n', 12, "'9' is no desk"),
        (
            HEAD + CAJA + LAB + '[[desk]]\nkey = "1"\nhours = ["08:00-10:00", "09:00-11:00"]\n',
            13,
            "overlap",
        ),
        (HEAD + "weather = 3\n" + CAJA, 4, "scenario.weather is not known here"),
        (HEAD + CAJA + "minutes = 4\n", 8, "not TOML"),
        ("seeds = 3\n", None, "scenario"),
        (HEAD.replace("site.toml", "other.toml") + CAJA, 2, "other.toml: cannot be read"),
        (HEAD + 'day = "2026-02-30"\n' + CAJA, 4, "is no day"),
        (HEAD, 1, "nobody who comes"),
        (HEAD + CAJA + LAB + LAB, 12, "there twice"),
        (HEAD + CAJA + LAB + 2 * '[[desk]]\nkey = "1"\nhours = []\n', 15, "there twice"),
        (HEAD + CAJA.replace("= 10", '= 10, "11:00-13:00" = 5') + LAB, 6, "overlap"),
        (HEAD + CAJA.replace("= 10", "= 0") + LAB, 1, "nobody who comes"),
        (HEAD + CAJA.replace("= 10", "= nan") + LAB, 6, "must be a number, got nan or inf"),
        (HEAD + CAJA.replace("= 3", "= inf") + LAB, 7, "must be a number, got nan or inf"),
        (HEAD + CAJA.replace("= 3", '= "3"') + LAB, 7, "must be a number, got a text in quotes"),
        (HEAD + CAJA + 'spread = "normal"\n' + LAB, 8, "there are: exponential, lognormal, fixed"),
        (HEAD + CAJA.replace('key = "caja"\n', "") + LAB, 4, "service[0] lacks key"),
        (HEAD + "day = 2026-03-02\n" + CAJA, 4, "must be a text in quotes, got a bare date"),
        (HEAD + 'day = "0001-01-01"\n' + CAJA, 4, "is no day"),
        (HEAD.replace("site.toml", "latin.toml") + CAJA, 2, "latin.toml' cannot be read"),
        (HEAD.replace("site.toml", "a\\u0000b") + CAJA, 2, "cannot be read: embedded null byte"),
        (HEAD + "x = " + "[" * 5000, None, "this is not TOML"),
        (CAJA, None, "this file lacks scenario"),
    ],
)
def test_what_is_wrong_is_said_with_its_line(
    tmp_path: Path, text: str, line: int | None, said: str
) -> None:
    with pytest.raises(ScenarioError) as error:
        read(tmp_path, text)
    message = str(error.value)
    assert said in message
    if line is not None:
        assert f"scenario.toml, line {line}: " in message


def test_a_script_goes_to_another_process_and_back(tmp_path: Path) -> None:
    script = read(tmp_path, HEAD + CAJA + LAB).script
    assert msgspec.json.decode(msgspec.json.encode(script), type=Script) == script


@pytest.mark.parametrize("auto", [True, False])
def test_desks_that_call_by_themselves_keep_what_is_reserved(tmp_path: Path, *, auto: bool) -> None:
    """Of two desks one is kept for x-rays: only automatic calls for others leave it alone."""
    site = SITE.replace(
        'name = "Rayos"\nprimary = ["rayos"]',
        'name = "Rayos"\nprimary = ["rayos", "caja"]\nplanned = { mon = ["08:00-20:00"] }',
    ).replace('name = { es = "Rayos X" }', 'name = { es = "Rayos X" }\nreserve = 1')
    if auto:
        site = site.replace('name = "Rayos"\n', 'name = "Rayos"\nauto_call = true\n')
    text = HEAD + CAJA.replace("= 10", "= 17") + LAB
    script = msgspec.structs.replace(read(tmp_path, text).script, site=site)
    shifts = {**script.shifts, "3": script.shifts["1"]}
    script = msgspec.structs.replace(script, shifts=shifts)
    (played,) = rehearse([script], [1, 2], jobs=1)
    caja = next(
        one for one in figures(played).waits if (one.service, one.attention) == ("caja", None)
    )
    alone = rehearse([msgspec.structs.replace(script, shifts={**shifts, "3": ()})], [1, 2], jobs=1)
    same = next(
        one for one in figures(alone[0]).waits if (one.service, one.attention) == ("caja", None)
    )
    assert (caja.mean.mid == same.mean.mid) is auto

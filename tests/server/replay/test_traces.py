"""A trace file is read whole, or refused with the line that is wrong and what was wanted there."""

import gzip
import os
from pathlib import Path

import pytest

from tests.server.replay.small_day import DAY, OFFICE, rows, write
from turnero.server import traces
from turnero.server.traces import Observation, TraceError, arrivals, read


def test_a_file_is_read_into_queue_days(tmp_path: Path) -> None:
    found = read(write(tmp_path)).office_day(OFFICE, DAY)
    assert [(queue.queue_id, queue.prefix) for queue in found] == [
        ("101", "A"),
        ("102", "I"),
        ("103", "A"),
    ]
    assert found[0].rows[1] == Observation(485, 2, 6, 4, 7.0)


def test_a_compressed_file_is_read_the_same(tmp_path: Path) -> None:
    plain = write(tmp_path)
    zipped = tmp_path / "traces.csv.gz"
    zipped.write_bytes(gzip.compress(plain.read_bytes()))
    assert read(zipped).queues == read(plain).queues


def test_an_unknown_office_or_day_is_told_which_there_are(tmp_path: Path) -> None:
    found = read(write(tmp_path))
    with pytest.raises(TraceError, match="no office 'Norte'; there are: Centro"):
        found.office_day("Norte", DAY)
    with pytest.raises(TraceError, match=f"no day '1999'; there are: {DAY}"):
        found.office_day(OFFICE, "1999")


@pytest.mark.parametrize(
    ("line", "text", "said"),
    [
        (2, "Centro,2020-01-13,101,A,480,1,3,1", "line 2: 8 columns where the header has 9"),
        (3, "Centro,2020-01-13,101,A,485,two,6,4,7", "line 3: desks is 'two'; wanted a whole"),
        (3, "Centro,2020-01-13,101,A,1485,2,6,4,7", "line 3: minute_of_day is '1485'"),
        (3, "Centro,2020-01-13,101,A,485,2,-6,4,7", "line 3: waiting is '-6'"),
        (3, "Centro,2020-01-13,101,A,485,2,6,4,soon", "line 3: vendor_service_minutes is 'soon'"),
        (4, ",2020-01-13,101,A,485,2,6,4,7", "line 4: office, day and queue_id must not"),
        (1, "office,day,queue,prefix", "line 1: this is not a trace: the header lacks queue_id"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, line: int, text: str, said: str) -> None:
    lines = rows()
    lines[line - 1] = text
    with pytest.raises(TraceError) as refused:
        read(write(tmp_path, lines))
    assert said in str(refused.value)


def test_what_is_no_text_no_file_or_empty_is_refused(tmp_path: Path) -> None:
    picture = tmp_path / "picture.csv"
    picture.write_bytes(b"\x89PNG\xff\xfe")
    with pytest.raises(TraceError, match="not text in UTF-8"):
        read(picture)
    cut = tmp_path / "cut.csv.gz"
    cut.write_bytes(gzip.compress("\n".join(rows()).encode())[:40])
    with pytest.raises(TraceError, match="ends too early"):
        read(cut)
    with pytest.raises(TraceError, match="No such file"):
        read(tmp_path / "nowhere.csv")
    with pytest.raises(TraceError, match="no observation"):
        read(write(tmp_path, rows()[:1]))


def test_a_missing_vendor_figure_is_none(tmp_path: Path) -> None:
    lines = rows()
    lines[1] = lines[1].removesuffix("7")
    assert read(write(tmp_path, lines)).queues[0].rows[0].vendor_minutes is None


def test_arrivals_are_what_the_line_grew_by_and_what_was_called() -> None:
    seen = [Observation(480, 1, 3, 1), Observation(485, 1, 6, 4), Observation(490, 1, 2, 8)]
    assert list(arrivals(seen)) == [(480, 480, 3), (480, 485, 6)]


def test_people_who_left_uncalled_are_taken_off_those_who_come_later() -> None:
    seen = [
        Observation(480, 1, 9, 1),
        Observation(485, 1, 4, 2),  # four left without being called
        Observation(490, 1, 7, 4),  # five came, of whom four make up for them
    ]
    assert list(arrivals(seen)) == [(480, 480, 9), (485, 490, 1)]
    came = sum(people for _, _, people in arrivals(seen))
    assert came - 3 == seen[-1].waiting, "the line ends as long as it was observed"


@pytest.mark.long
def test_every_office_day_of_the_published_traces_can_be_read() -> None:
    published = os.environ.get("TURNERO_TRACES")
    if published is None:
        pytest.skip("needs the published traces: name their file in TURNERO_TRACES")
    path = Path(published)
    found = read(path)
    assert len(found.queues) == 661
    assert sum(len(queue.rows) for queue in found.queues) == 70_293
    assert len(traces.read(path).office_day("UD_Praga_Poludnie", "2020-01-13")) == 14

"""Reads recorded days of counters: what was observed every few minutes at each queue of an office.

The format is one CSV (or .csv.gz) with a row an observation and the columns of `COLUMNS`. It plans nothing
and talks to no server: see `replay/`. What counters do, and how it is read, never by what comes later:
- rows of a queue-day out of order: put in order of their minutes; of one minute, the last row counts;
- `called` falls to less than half: the counter began anew and the day's count goes on from there; falls by
  less: a number was called again, and nobody new until it is higher than before.
"""

import csv
import gzip
from collections import defaultdict
from collections.abc import Iterable, Iterator
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, Final

import msgspec
from msgspec import Struct

from turnero.store.errors import TurneroError

#: office, day and queue_id name a queue-day; prefix is what its tickets began with
COLUMNS: Final = (
    "office",
    "day",
    "queue_id",
    "prefix",
    "minute_of_day",  # 0 to 1439
    "desks",  # open for the queue
    "waiting",  # people in line
    "called",  # tickets called so far, or the number last called
    "vendor_service_minutes",  # the installed system's own mean service time; may be empty
)
_GZIP: Final = b"\x1f\x8b"
_MINUTES: Final = 24 * 60
#: how a file says that there is no figure
_NOTHING: Final = ("", "na", "nan", "null")
#: more people than any counter has in a day: such a figure is a mistake, not a crowd
_MOST: Final = 100_000


class TraceError(TurneroError):
    """The file is not such a trace, or does not have what was asked; the message says where."""


class Observation(Struct, frozen=True):
    """One row."""

    #: of the day, local time
    minute: int
    desks: int
    waiting: int
    #: tickets called so far
    called: int
    #: minutes a person, as the installed system said; None where it said nothing
    vendor_minutes: float | None = None


class QueueDay(Struct, frozen=True):
    """One queue on one day."""

    office: str
    day: str
    queue_id: str
    prefix: str
    #: in order of time, at least one
    rows: tuple[Observation, ...]


class Traces(Struct, frozen=True):
    """A file of traces."""

    path: Path
    queues: tuple[QueueDay, ...]

    def office_days(self) -> dict[str, list[str]]:
        """Offices and the days there are of each, in the file's order."""
        found: dict[str, dict[str, None]] = defaultdict(dict)
        for queue in self.queues:
            found[queue.office][queue.day] = None
        return {office: list(days) for office, days in found.items()}

    def office_day(self, office: str, day: str) -> tuple[QueueDay, ...]:
        """All queues of an office on a day. Raises `TraceError` naming what there is."""
        known = self.office_days()
        if office not in known:
            raise TraceError(
                f"{self.path}: there is no office {office!r}; there are: {', '.join(known)}"
            )
        if day not in known[office]:
            raise TraceError(
                f"{self.path}: office {office} has no day {day!r}; there are: {', '.join(known[office])}"
            )
        return tuple(q for q in self.queues if (q.office, q.day) == (office, day))


def read(path: Path) -> Traces:
    """Read a whole file. Raises `TraceError` with the line that is wrong."""
    try:
        with path.open("rb") as raw:
            zipped = raw.read(2) == _GZIP
            raw.seek(0)
            lines = _text(raw, zipped=zipped)
            return Traces(path, _queues(path, csv.reader(lines, strict=True)))
    except OSError as error:  # gzip's own errors are among them
        raise TraceError(f"{path}: cannot be read: {error.strerror or error}") from error
    except EOFError as error:
        raise TraceError(f"{path}: cannot be read: the compressed file ends too early") from error
    except UnicodeDecodeError as error:
        raise TraceError(f"{path}: this is not text in UTF-8 (byte {error.start})") from error


def _text(raw: BinaryIO, *, zipped: bool) -> TextIOWrapper:
    source = gzip.GzipFile(fileobj=raw) if zipped else raw
    return TextIOWrapper(source, "utf-8-sig", newline="")


def _queues(path: Path, rows: Iterator[list[str]]) -> tuple[QueueDay, ...]:
    found: dict[tuple[str, str, str, str], list[Observation]] = defaultdict(list)
    line = 0
    try:
        header = next(rows, None)
        line = 1
        places = _places(path, header)
        for line, row in enumerate(rows, 2):
            if not row:
                continue
            if len(row) != len(header or ()):
                raise TraceError(
                    f"{path}, line {line}: {len(row)} columns where the header has {len(header or ())}"
                )
            values = {name: row[place].strip() for name, place in places.items()}
            key = values["office"], values["day"], values["queue_id"], values["prefix"]
            if not all(key[:3]):
                raise TraceError(f"{path}, line {line}: office, day and queue_id must not be empty")
            seen = _observation(path, line, values)
            found[key].append(seen)
    except csv.Error as error:
        raise TraceError(f"{path}, line {line + 1}: this is not CSV: {error}") from error
    if not found:
        raise TraceError(f"{path}: there is no observation in it")
    return tuple(QueueDay(*key, rows=_in_order(seen)) for key, seen in found.items())


def _in_order(seen: Iterable[Observation]) -> tuple[Observation, ...]:
    """A queue-day's rows by the minute, each once, with a count that never falls."""
    rows: list[Observation] = []
    raw = gone = called = 0
    for row in sorted({row.minute: row for row in seen}.values(), key=lambda row: row.minute):
        if row.called < raw / 2:
            gone, raw = called, 0
        raw = max(raw, row.called)
        called = gone + raw
        rows.append(row if row.called == called else msgspec.structs.replace(row, called=called))
    return tuple(rows)


def _places(path: Path, header: list[str] | None) -> dict[str, int]:
    names = [name.strip() for name in header or ()]
    absent = [name for name in COLUMNS if name not in names]
    if absent:
        raise TraceError(
            f"{path}, line 1: this is not a trace: the header lacks {', '.join(absent)} "
            f"(wanted: {','.join(COLUMNS)})"
        )
    return {name: names.index(name) for name in COLUMNS}


def _observation(path: Path, line: int, values: dict[str, str]) -> Observation:
    def whole(name: str, most: int) -> int:
        # As spreadsheets write whole numbers: "3.0".
        text = values[name].removesuffix(".0")
        if not (text.isascii() and text.isdigit()) or int(text) > most:
            raise TraceError(
                f"{path}, line {line}: {name} is {text[:40]!r}; wanted a whole number up to {most}"
            )
        return int(text)

    vendor = values["vendor_service_minutes"]
    try:
        minutes = None if vendor.lower() in _NOTHING else float(vendor)
    except ValueError:
        minutes = -1.0
    if minutes is not None and not 0 <= minutes <= _MINUTES:
        raise TraceError(
            f"{path}, line {line}: vendor_service_minutes is {vendor[:40]!r}; "
            f"wanted minutes up to {_MINUTES} or nothing"
        )
    return Observation(
        whole("minute_of_day", _MINUTES - 1),
        whole("desks", 1000),
        whole("waiting", _MOST),
        whole("called", _MOST),
        minutes,
    )


def arrivals(rows: Iterable[Observation]) -> Iterator[tuple[int, int, int]]:
    """How many arrived between observations: (from minute, to minute, people).

    People ≈ Δwaiting + Δcalled (who gave up counts as called); those waiting in the first row
    arrived at its minute. Where more left than were called the difference is negative: it is
    taken off the arrivals that follow, so that the line does not grow beyond the observed one.
    """
    before: Observation | None = None
    owed = 0
    for row in rows:
        if before is None:
            people = row.waiting
            start = row.minute
        else:
            people = row.waiting - before.waiting + row.called - before.called - owed
            start = before.minute
        owed = max(0, -people)
        if people > 0:
            yield start, row.minute, people
        before = row

"""`turnero doctor`: looks for what is wrong with an installation and says what to do about it.

A fault ends it with 1: something will fail or be lost. A warning is worth knowing. It
writes nothing but a scratch file to time the disk.
"""

import os
import platform
import shutil
import sqlite3
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import bindparam, column, func, select, table

from turnero.queue.tables import site
from turnero.server import exchanges, messages, sealed
from turnero.server.doctor_devices import Finding, State, asked, heard, heard_sign
from turnero.server.settings import FILE, Settings
from turnero.server.upkeep import key_of, read, verify_journals
from turnero.store import devices
from turnero.store import migrate as migrations
from turnero.store.clock import disciplined
from turnero.store.errors import TurneroError
from turnero.store.opening import DATABASE
from turnero.store.sql import Query, Statement
from turnero.store.tables import journal as journal_table
from turnero.web.assets import VENDOR

#: SQLite versions in which two connections that write or checkpoint can corrupt the log
_WAL_BUG = ((3, 7, 0), (3, 51, 2))
_OLDEST_SQLITE = (3, 35, 0)
_ENOUGH_BYTES = 1_000_000_000
_LITTLE_BYTES = 100_000_000
_SLOW_MS = 20.0
_FAR_TOO_SLOW_MS = 250.0
_SILENT_MS = 3 * 60_000
_FUTURE_MS = 5_000
#: what the server only reads
_ANYBODYS = (FILE, "voices")
#: of files that are wrong, so many are named
_NAMED = 5

_SITES = Statement(select(site.c.no, site.c.key, site.c.zone).order_by(site.c.no))
_LAST = Statement(
    select(func.max(journal_table.c.at_ms).label("at_ms")).where(
        journal_table.c.seq > bindparam("none")
    )
)

#: alembic's own table
_REVISION = Statement(select(column("version_num")).select_from(table("alembic_version")))


def examine(settings: Settings) -> list[Finding]:
    """Look at everything, in the order in which one thing rests on another."""
    findings: list[Finding] = []
    for look in (
        _python,
        _sqlite,
        _folder,
        _disk,
        _fsync,
        _clock,
        _files,
        _programs,
        _database,
        _journal,
        _sealed,
        _messages,
        exchanges.examine,
    ):
        try:
            findings.extend(look(settings))
        except (TurneroError, OSError, ValueError, sqlite3.Error) as error:
            findings.append(Finding(look.__name__.strip("_"), "fault", str(error)))
    return findings


def show(findings: list[Finding], *, as_json: bool) -> int:
    """Print them; 1 when one is a fault, else 0."""
    if as_json:
        print(msgspec.json.format(msgspec.json.encode(findings)).decode())  # noqa: T201
    else:
        signs = {"ok": "ok     ", "warning": "WARNING", "fault": "FAULT  "}
        for one in findings:
            print(f"{signs[one.state]}  {one.what}: {one.said}")  # noqa: T201
            if one.todo:
                print(f"           {one.todo}")  # noqa: T201
    return int(any(one.state == "fault" for one in findings))


def _python(_settings: Settings) -> Iterator[Finding]:
    yield Finding("python", "ok", f"{platform.python_version()} on {platform.platform(terse=True)}")


def _sqlite(settings: Settings) -> Iterator[Finding]:
    version = sqlite3.sqlite_version_info
    said = sqlite3.sqlite_version
    if settings.postgres is not None:
        yield Finding("sqlite", "ok", f"{said}, not used: the data is in PostgreSQL")
    elif version < _OLDEST_SQLITE:
        yield Finding(
            "sqlite", "fault", f"{said} is too old", "Use a Python with SQLite 3.35 or newer."
        )
    elif _WAL_BUG[0] <= version <= _WAL_BUG[1]:
        yield Finding(
            "sqlite",
            "ok",
            f"{said}; has the WAL-reset bug of 3.7.0 to 3.51.2, which needs two writing connections: "
            "Turnero has one",
            "Let no other program write to the database while the server runs.",
        )
    else:
        yield Finding("sqlite", "ok", said)


def _folder(settings: Settings) -> Iterator[Finding]:
    data = settings.data
    if not data.is_dir():
        yield Finding(
            "data",
            "warning",
            f"{data} does not exist yet",
            "Start the server once, or check --data.",
        )
        return
    if not os.access(data, os.W_OK | os.X_OK):
        yield Finding(
            "data",
            "fault",
            f"{data} cannot be written to",
            "Give it to the user who runs the server.",
        )
    elif data.stat().st_mode & 0o077:
        yield Finding("data", "warning", f"others may look into {data}", f"chmod 700 {data}")
    else:
        yield Finding("data", "ok", str(data))
    yield from _owned(data)


def _owned(data: Path) -> Iterator[Finding]:
    """What root wrote, when it ran a command while no server ran, the server cannot read."""
    owner = data.stat().st_uid
    others = sorted(
        one
        for one in data.rglob("*")
        if one.lstat().st_uid != owner and one.relative_to(data).parts[0] not in _ANYBODYS
    )
    if others:
        named = ", ".join(str(one.relative_to(data)) for one in others[:_NAMED])
        more = f" and {len(others) - _NAMED} more" if others[_NAMED:] else ""
        yield Finding(
            "owner",
            "fault",
            f"these belong to another user than {data}: {named}{more}",
            f"chown -R --reference={data} {data}; and run turnero's commands as that user.",
        )


def _existing(path: Path) -> Path:
    while not path.exists():
        path = path.parent
    return path


def _disk(settings: Settings) -> Iterator[Finding]:
    free = shutil.disk_usage(_existing(settings.data)).free
    state: State = (
        "ok" if free >= _ENOUGH_BYTES else "warning" if free >= _LITTLE_BYTES else "fault"
    )
    yield Finding(
        "disk",
        state,
        f"{free / 1e9:.1f} GB free",
        "" if state == "ok" else "Make room before the disk is full.",
    )


def _fsync(settings: Settings) -> Iterator[Finding]:
    if not settings.data.is_dir():
        return
    times: list[float] = []
    with tempfile.NamedTemporaryFile(dir=settings.data, prefix="doctor-") as file:
        for _ in range(20):
            file.write(b"\0" * 4096)
            file.flush()
            started = time.perf_counter()
            os.fsync(file.fileno())
            times.append((time.perf_counter() - started) * 1000)
    median, worst = statistics.median(times), max(times)
    state: State = (
        "ok" if median <= _SLOW_MS else "warning" if median <= _FAR_TOO_SLOW_MS else "fault"
    )
    yield Finding(
        "fsync",
        state,
        f"{median:.2f} ms in the median, {worst:.2f} ms at worst, of {len(times)}",
        "" if state == "ok" else "Every ticket waits for this: use a faster disk.",
    )


def _clock(settings: Settings) -> Iterator[Finding]:
    now_ms = time.time_ns() // 1_000_000
    last_ms = _last_fact(settings)
    if last_ms is not None and last_ms > now_ms + _FUTURE_MS:
        behind = (last_ms - now_ms) / 1000
        yield Finding(
            "clock",
            "fault",
            f"this machine's clock is {behind:.0f} s behind the newest fact",
            "Set the clock.",
        )
    elif not disciplined():
        yield Finding(
            "clock",
            "warning",
            "nothing keeps this machine's clock right",
            "Run chrony or systemd-timesyncd.",
        )
    else:
        yield Finding("clock", "ok", "kept right by the network's time")


def _last_fact(settings: Settings) -> int | None:
    if settings.postgres is None and not (settings.data / DATABASE).exists():
        return None
    row = read(settings, lambda q: q.row(_LAST, none=0))
    return row.at_ms if row else None


def _files(_settings: Settings) -> Iterator[Finding]:
    missing = [
        name
        for name, pattern in (("htmx", "htmx/*.js"), ("fonts", "fonts/*.woff2"))
        if not any(VENDOR.glob(pattern))
    ]
    if missing:
        yield Finding(
            "front end",
            "fault",
            f"files are missing: {', '.join(missing)}",
            "Run `make app` again.",
        )
    else:
        yield Finding("front end", "ok", "scripts and fonts are there")


def _programs(_settings: Settings) -> Iterator[Finding]:
    if shutil.which("espeak-ng") is None:
        yield Finding(
            "voice",
            "warning",
            "espeak-ng is not installed: calls sound a chime alone",
            "apt install espeak-ng",
        )
    else:
        yield Finding("voice", "ok", "espeak-ng speaks")
    browser = next(
        (
            found
            for name in ("chromium", "chromium-browser", "google-chrome")
            if (found := shutil.which(name))
        ),
        None,
    )
    yield Finding(
        "browser", "ok", browser or "none here: only a kiosk's or a board's own box needs one"
    )


def _database(settings: Settings) -> Iterator[Finding]:
    if settings.postgres is None and not (settings.data / DATABASE).exists():
        yield Finding("database", "warning", "there is none yet", "Start the server once.")
        return
    sites = read(settings, _sites)
    known = migrations.revisions()
    found = read(settings, _revision)
    if found != known[-1]:
        yield Finding(
            "database",
            "warning",
            f"at revision {found}, this version has {known[-1]}",
            "The next start upgrades it, with a copy first.",
        )
    else:
        yield Finding("database", "ok", f"revision {found}, sites: {len(sites)}")
    for _, key, zone in sites:
        try:
            ZoneInfo(zone)
        except (ValueError, OSError, KeyError):
            yield Finding(
                "time zone",
                "fault",
                f"site {key}: {zone!r} is unknown here",
                "pip install -U tzdata",
            )
    now_ms = time.time_ns() // 1_000_000
    for number, key, _ in sites:
        for device in read(settings, _devices_of(number)):
            name = f"{device.kind} {key}/{device.key}"
            silent = device.heard_ms is None or now_ms - device.heard_ms > _SILENT_MS
            tried = asked(name, device) if silent and device.kind == "printer" else None
            if tried is not None:
                yield tried
            elif device.heard_ms is None:
                yield Finding(name, "warning", "was never heard")
            elif now_ms - device.heard_ms > _SILENT_MS:
                minutes = (now_ms - device.heard_ms) // 60_000
                yield Finding(
                    name,
                    "warning",
                    f"was not heard for {minutes} minutes",
                    "Look at it; is the server running?",
                )
            else:
                yield (
                    heard_sign(name, device) if device.kind == "sign" else heard(name, device.state)
                )


def _sites(q: Query) -> list[tuple[int, str, str]]:
    return [(row.no, row.key, row.zone) for row in q.rows(_SITES)]


def _devices_of(number: int) -> Callable[[Query], list[devices.Device]]:
    return lambda q: devices.of_site(q, number)


def _revision(q: Query) -> str | None:
    row = q.row(_REVISION)
    return row.version_num if row else None


def _journal(settings: Settings) -> Iterator[Finding]:
    if settings.postgres is None and not (settings.data / DATABASE).exists():
        return
    key_of(settings)
    keys = settings.data / "keys"
    loose = [file.name for file in keys.iterdir() if file.stat().st_mode & 0o077]
    if loose:
        yield Finding("keys", "fault", f"others may read {', '.join(loose)}", f"chmod 600 {keys}/*")
    for verdict in verify_journals(settings):
        name = f"journal of site {verdict.site}" if verdict.site else "journal of the installation"
        if verdict.broken_at is not None:
            yield Finding(
                name,
                "fault",
                f"does not hold at {verdict.broken_at}: {verdict.why}",
                "Keep this database aside and restore a backup.",
            )
        else:
            yield Finding(name, "ok", f"{verdict.facts} facts, every link holds")


def _messages(settings: Settings) -> Iterator[Finding]:
    return messages.examine(settings)


def _sealed(settings: Settings) -> Iterator[Finding]:
    return sealed.examine(settings)

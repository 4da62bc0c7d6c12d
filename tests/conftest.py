"""What holds for every test: named skips, none of them in CI, and which loop a test runs on."""

import gc
import os
import sys
from collections.abc import Generator
from itertools import chain
from pathlib import Path

import pytest
from holidays import country_holidays

from tests.peers.browser import browsers, keep_report, open_page, page, picture
from tests.peers.packages import require
from tests.peers.postgres import (
    durable_postgres_server,
    postgres_database,
    postgres_server,
    postgres_url,
)
from tests.peers.server import own_server, server
from tests.peers.stores import migrated_postgres
from tests.rules import rule_log

__all__ = [
    "browsers",
    "durable_postgres_server",
    "migrated_postgres",
    "open_page",
    "own_server",
    "page",
    "picture",
    "postgres_database",
    "postgres_server",
    "postgres_url",
    "rule_log",
    "server",
]

IN_CI = bool(os.environ.get("CI"))

# Hundreds of servers start from this tree. Where the environment forbids to keep what was compiled, as
# images of containers like to, each of them would compile all of it again: half a second of a processor.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# As the server does (serve.py): the collector went through all that was imported every few milliseconds,
# a fifth of the work of tests in this process.
gc.set_threshold(20_000, 20, 20)

#: folders whose files take minutes: begun first, so that no worker is left alone with one at the end
SLOW_FIRST = ("faults", "browser", "telephony", "device", "server", "display", "web", "kiosk")


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """For `-n auto` half as many workers again as processors: a test waits for half of its time."""
    if "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None
    return len(os.sched_getaffinity(0)) * 3 // 2 or 1


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Slow files first; and what uses a browser on the session's loop, where the browser lives.

    Of three files in a row two use a browser, so that the workers seldom all have one at work.
    """
    order = {name: place for place, name in enumerate(SLOW_FIRST)}
    items.sort(
        key=lambda item: order.get(
            item.path.relative_to(item.config.rootpath / "tests").parts[0], len(order)
        )
    )
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
        if _browses(item):
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)
    browsing = [some for some in files.values() if any(map(_browses, some))]
    others = [some for some in files.values() if not any(map(_browses, some))]
    mixed: list[pytest.Item] = []
    while browsing or others:
        mixed += chain(*browsing[:2], *others[:1])
        del browsing[:2], others[:1]
    items[:] = mixed


def pytest_collection_finish() -> None:
    """What was collected lives until the end: the collector need not look at it."""
    # Read when a site first needs it, inside a transaction: from a cold disk beside other workers that
    # once lasted longer than PostgreSQL lets one be idle.
    country_holidays("PE", years=2026)
    country_holidays("CO", years=2026)
    gc.collect()
    gc.freeze()


def _browses(item: pytest.Item) -> bool:
    return "browsers" in getattr(item, "fixturenames", ())


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker in item.iter_markers("requires"):
        require(*marker.args)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item,
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    keep_report(item, report)
    return report


def _skipped(config: pytest.Config) -> list[tuple[str, str]]:
    """Each skipped test with its reason."""
    reporter = config.pluginmanager.get_plugin("terminalreporter")
    found = []
    for report in reporter.stats.get("skipped", []) if reporter else []:
        reason = report.longrepr[2] if isinstance(report.longrepr, tuple) else str(report.longrepr)
        found.append((report.nodeid, reason.removeprefix("Skipped: ")))
    return found


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """In CI everything runs: a skip there would be a promise that nobody checked."""
    if IN_CI and exitstatus == pytest.ExitCode.OK and _skipped(session.config):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    skipped = _skipped(config)
    if not skipped:
        return
    terminalreporter.section("not run" + (", which fails a run in CI" if IN_CI else ""))
    for name, reason in skipped:
        terminalreporter.line(f"{name}: {reason}")

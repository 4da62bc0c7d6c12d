"""`kill -9` in the middle of a day: what was due meanwhile is done once, late, and says so.

A desk without its page, somebody set aside, somebody who stepped out and a help call nobody
answered: their timers, sessions and alarms are rows, so a server that comes back knows them.
"""

import sqlite3
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.peers.server import RunningServer
from turnero.server.acts import do
from turnero.server.settings import load

PASSWORD = "four unrelated little words"
#: for how long the server is made to have been away; longer than anything that is due here
AWAY_MS = 40 * 60_000
DUE = {"desk-unattended", "parked-long", "step-out-over", "help-escalate"}
PATIENCE_S = 30.0


@pytest.fixture
def server(tmp_path: Path) -> Iterator[RunningServer]:
    """A server with its site, not started."""
    running = RunningServer(tmp_path / "data")
    running.data.mkdir()
    running.load()
    settings = load(running.data, environment={})
    do(settings, "user-create", login="rosa", password=PASSWORD, role="agent", site="demo")
    yield running
    running.kill()


def eventually(found: Callable[[], Any], what: str) -> Any:
    """What comes sooner or later."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        if value := found():
            return value
        time.sleep(0.2)
    pytest.fail(f"not within {PATIENCE_S:.0f} s: {what}")


def timers(server: RunningServer) -> set[str]:
    """The kinds of timers that are set, as the file has them."""
    with closing(sqlite3.connect(f"file:{server.data / 'turnero.db'}?mode=ro", uri=True)) as file:
        return {row[0] for row in file.execute("SELECT kind FROM timer")}


def long_ago(server: RunningServer) -> None:
    """Make all that is due, and since when, so much older: the server was away that long."""
    with closing(sqlite3.connect(server.data / "turnero.db")) as file:
        for statement in (
            "UPDATE timer SET due_ms = due_ms - :away WHERE kind <> 'day-close'",
            """UPDATE timer SET body = (CAST(substr(body, 1, instr(body, ' ') - 1) AS INTEGER)
            - :away) || substr(body, instr(body, ' ')) WHERE kind = 'desk-unattended'""",
            """UPDATE ticket SET entered_ms = entered_ms - :away,
            away_until_ms = away_until_ms - :away""",
            "UPDATE help_call SET asked_ms = asked_ms - :away",
        ):
            file.execute(statement, {"away": AWAY_MS})
        file.commit()


def happened(http: httpx.Client) -> Counter[str]:
    """How often each kind of fact is in the journal."""
    page = http.get("/api/v1/journal", params={"site": "demo", "after": 0, "limit": 1000})
    page.raise_for_status()
    return Counter(one["kind"] for one in page.json()["facts"])


def take(http: httpx.Client) -> str:
    answer = http.post("/api/v1/tickets", json={"site": "demo", "service": "cash"})
    answer.raise_for_status()
    return str(answer.json()["id"])


@pytest.mark.rule("server-down")
def test_what_was_due_while_the_server_was_killed_is_done_once(server: RunningServer) -> None:
    server.start()
    program, kiosk = server.client("supervisor"), server.client("kiosk")
    rosa = httpx.Client(
        base_url=server.url, headers={"origin": server.url}, timeout=20, trust_env=False
    )
    signed = rosa.post("/sign-in", data={"login": "rosa", "password": PASSWORD})
    assert signed.is_redirect, signed.text
    # secure cookies, on plain http
    rosa.headers["cookie"] = "; ".join(
        one.partition(";")[0] for one in signed.headers.get_list("set-cookie")
    )
    for press, more in (("open", {}), ("next", {"seen": ""})):
        if press == "next":
            aside = take(program)
        data = {"idempotency_key": f"the-key-of-{press}", **more}
        answer = rosa.post(f"/desk/demo.2/{press}", data=data)
        assert answer.headers["location"].startswith("/desk/demo.2"), answer.text
    out = take(program)
    for act in (f"tickets/{aside}/park", f"tickets/{out}/step-out"):
        program.post(f"/api/v1/{act}", json={}).raise_for_status()
    kiosk.post("/kiosk/help", data={"idempotency_key": "the-key-of-help", "need": "unwell"})
    eventually(lambda: timers(server) >= DUE, f"{DUE} are set, not only {timers(server)}")

    server.kill()
    long_ago(server)
    server.start()
    program = server.client("supervisor")
    late = {
        "desk-unattended": 1,
        "ticket-overstayed": 1,
        "help-escalated": 1,
    }
    eventually(lambda: happened(program) >= Counter(late), f"{late}")
    eventually(lambda: happened(program)["alarm-raised"] >= 2, "two alarms")
    raised = happened(program)
    # too late to be reminded
    assert raised["ticket-reminded"] == 0

    # killed and started again: nothing is done twice, and the session is still hers
    server.kill()
    server.start()
    program = server.client("supervisor")
    time.sleep(1)
    again = happened(program)
    for kind in (*late, "alarm-raised", "alarm-ended", "session-closed"):
        assert again[kind] == raised[kind], kind
    assert 'data-state="free"' in rosa.get("/desk/demo.2").text

"""A day replayed against a real server agrees with its journal; a server that lies is found out."""

import asyncio
import itertools
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.peers.proxy import Exchange, Reply, Spoil, proxy
from tests.peers.server import RunningServer
from tests.server.replay.small_day import DAY, OFFICE, write
from turnero.server import traces
from turnero.server.replay import ReplayError, plan, replay, run, write_site
from turnero.server.replay.report import Report

SITE = "replay-centro"

Replay = Callable[..., Report]


@pytest.fixture(scope="module")
def trace(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write(tmp_path_factory.mktemp("trace"))


@pytest.fixture(scope="module")
def office(
    server: RunningServer, trace: Path, tmp_path_factory: pytest.TempPathFactory
) -> RunningServer:
    """A running server with the small day's site."""
    target = tmp_path_factory.mktemp("site") / "site.toml"
    write_site(trace, OFFICE, DAY, target)
    server.load(target.read_text("utf-8"))
    return server


@pytest.fixture(scope="module")
def token(office: RunningServer) -> str:
    return office.token("desk", SITE)


@pytest.fixture
def play(office: RunningServer, trace: Path, token: str) -> Replay:
    """Replay the small day, through a proxy that spoils what passes where one is given."""
    day = plan.make(traces.read(trace).office_day(OFFICE, DAY))

    def played(spoil: Spoil | None = None, speed: float = 0) -> Report:
        if spoil is None:
            return asyncio.run(replay(day, url=office.url, token=token, speed=speed))
        with proxy(office.url, spoil) as between:
            return asyncio.run(replay(day, url=between.url, token=token, speed=speed))

    return played


def test_the_whole_day_is_played_and_nothing_disagrees(play: Replay) -> None:
    report = play()
    assert report.disagreements == ()
    assert (report.people, report.calls, report.finished) == (26, 23, 23)
    assert report.empty_calls == 0
    assert report.waits.measured_in == "trace"


def test_at_a_speed_waits_are_measured_in_minutes_of_the_trace(play: Replay) -> None:
    # Slow enough that half a second of a busy machine is few minutes of the trace.
    report = play(speed=300)
    assert report.disagreements == ()
    assert report.waits.measured_in == "journal"
    assert 0 < report.waits.median_minutes <= report.waits.p90_minutes < 15
    assert 3 < report.seconds < 15, "17 minutes of the trace at 300 a minute"


def _nth(n: int, of: str, act: Spoil) -> Spoil:
    """Spoil the n-th exchange with this at the end of its path, and no other."""
    count = itertools.count(1)

    async def spoil(exchange: Exchange) -> Reply | None:
        if exchange.method == "POST" and exchange.path.endswith(of) and next(count) == n:
            return await act(exchange)
        return await exchange.forward()

    return spoil


async def _other_number(exchange: Exchange) -> Reply:
    return (await exchange.forward()).with_json(number="Z999")


async def _other_number_called(exchange: Exchange) -> Reply:
    reply = await exchange.forward()
    return reply.with_json(ticket={**reply.json["ticket"], "number": "Z999"})


async def _acknowledged_but_not_kept(exchange: Exchange) -> Reply:
    return Reply(201, b'{"id":"%s","number":"A998"}' % (b"f" * 32))


async def _kept_twice(exchange: Exchange) -> Reply:
    await exchange.forward()
    exchange.headers["idempotency-key"] += "-again"
    return await exchange.forward()


async def _nobody_waits(exchange: Exchange) -> Reply:
    return Reply(200, b'{"ticket":null,"why":{},"finished":null}')


async def _not_finished(exchange: Exchange) -> Reply:
    # the desk's next call makes it good, and says so
    return Reply(200, b"{}")


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (_nth(5, "/tickets", _other_number), "issue Z999 was acknowledged, but fact"),
        (
            _nth(5, "/tickets", _acknowledged_but_not_kept),
            "issue A998 was acknowledged, but the journal has it 0 times",
        ),
        (_nth(5, "/tickets", _kept_twice), "was never acknowledged"),
        (_nth(3, "/next", _other_number_called), "call Z999 at"),
        (_nth(3, "/next", _nobody_waits), "was told that nobody waits"),
        (_nth(2, "/finish", _not_finished), "was acknowledged 2 times"),
    ],
    ids=["number", "lost", "twice", "called", "empty", "finish"],
)
def test_a_server_that_lies_is_found_out(play: Replay, spoil: Spoil, said: str) -> None:
    found = play(spoil).disagreements
    assert any(said in one for one in found), found


def test_answers_that_are_lost_on_the_way_are_asked_for_again_and_nothing_is_done_twice(
    play: Replay,
) -> None:
    count = itertools.count()

    async def every_fourth_is_lost(exchange: Exchange) -> Reply | None:
        reply = await exchange.forward()
        return None if exchange.method == "POST" and next(count) % 4 == 0 else reply

    report = play(every_fourth_is_lost)
    assert report.disagreements == ()
    assert report.retries > 10
    assert (report.people, report.calls) == (26, 23)


def test_what_cannot_be_replayed_is_told_in_a_sentence(
    office: RunningServer, trace: Path, token: str
) -> None:
    def fails(token: str = token, url: str = office.url) -> str:
        with pytest.raises(ReplayError) as refused:
            run(trace, OFFICE, DAY, url=url, token=token)
        return str(refused.value)

    assert "401 The token is not valid" in fails(token="nonsense")
    assert "403 Your role may not do this" in fails(token=office.token("kiosk", SITE))
    assert "has no site 'replay-centro'" in fails(token=office.token("desk", "demo"))
    assert "--url and --token" in fails(url="")


def test_a_server_that_never_answers_ends_the_replay(
    monkeypatch: pytest.MonkeyPatch, trace: Path
) -> None:
    monkeypatch.setattr("turnero.server.replay.client.PATIENCE_S", 0.5)
    with pytest.raises(ReplayError, match="did not answer"):
        run(trace, OFFICE, DAY, url="http://127.0.0.1:9", token="x")


def test_the_command_line_replays_and_reports_json(
    office: RunningServer, trace: Path, token: str
) -> None:
    said = office.tool(
        *("replay", str(trace), "--office", OFFICE, "--day", DAY, "--speed", "0", "--json"),
        *("--url", office.url, "--token", token),
    )
    assert said.returncode == 0, said.stderr
    assert '"disagreements": []' in said.stdout
    wrong = office.tool("replay", str(trace), "--office", "Norte", "--day", DAY)
    assert wrong.returncode == 1
    assert wrong.stderr.startswith("turnero: ")
    assert "there are: Centro" in wrong.stderr

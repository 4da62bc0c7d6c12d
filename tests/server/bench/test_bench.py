"""`turnero bench --quick` prints every figure that it names; the loader itself tells the truth."""

import asyncio
import itertools
from typing import Any

import msgspec
import pytest

from tests.peers.proxy import Exchange, Reply, proxy
from tests.peers.server import RunningServer
from turnero.server.bench import aims, measures
from turnero.server.bench.load import (
    Figures,
    LoadError,
    Sample,
    combine,
    measure,
    quantile,
    request,
)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What a quick run printed."""
    done = RunningServer(tmp_path_factory.mktemp("bench") / "data").tool("bench", "--quick")
    assert done.returncode == 0, done.stderr
    assert "a fact to the last of 200 streams" in done.stderr
    printed: dict[str, Any] = msgspec.json.decode(done.stdout)
    return printed


def test_every_figure_is_there(found: dict[str, Any]) -> None:
    assert set(found) == {
        "version",
        "quick",
        "machine",
        "start_s",
        "peak_memory_mb",
        "hello",
        "issue",
        "issued_distinct",
        "next",
        "board",
        "live",
        "aims",
    }
    for name in ("hello", "issue", "board"):
        for clients in ("1", "8", "64"):
            figures = msgspec.convert(found[name][clients], Figures)
            assert figures.clients == int(clients)
            assert figures.requests > 0
            assert 0 < figures.p50_ms <= figures.p99_ms
    assert [level["waiting"] for level in found["next"]] == [100, 1000, 3000]
    assert all(set(level) == {"waiting", "1", "8", "64"} for level in found["next"])
    assert found["live"]["streams"] == 200
    assert found["issued_distinct"] >= sum(found["issue"][n]["requests"] for n in ("1", "8", "64"))
    assert found["peak_memory_mb"] > 10
    assert found["start_s"]["median"] > 0


def test_the_aims_stand_beside_what_was_found(found: dict[str, Any]) -> None:
    assert set(found["aims"]) == {
        "issue_of_hello_64",
        "issue_p99_ms_64",
        "next_3000_of_100",
        "start_s",
    }
    ratio = found["issue"]["64"]["per_second"] / found["hello"]["64"]["per_second"]
    assert found["aims"]["issue_of_hello_64"]["value"] == pytest.approx(ratio, abs=0.001)


def test_an_aim_is_met_or_not() -> None:
    def figures(per_second: float, ms: float) -> Figures:
        return Figures(64, 1, per_second, ms, ms, 0.1)

    judged = aims(
        {
            "hello": {"64": figures(1000, 1)},
            "issue": {"64": figures(240, 120)},
            "next": [
                {"waiting": 100, "1": figures(1, 1.0)},
                {"waiting": 9, "1": figures(1, 1.2)},
            ],
            "start_s": {"median": 1.6},
        }
    )
    assert {name: aim["met"] for name, aim in judged.items()} == {
        "issue_of_hello_64": False,
        "issue_p99_ms_64": False,
        "next_9_of_100": True,
        "start_s": False,
    }


def test_quantiles_are_values_that_were_measured() -> None:
    assert quantile([5.0, 1.0, 3.0], 0.5) == 3.0
    assert quantile([float(n) for n in range(100)], 0.99) == 99.0
    assert quantile([], 0.5) == 0.0


def test_stretches_are_put_together_by_their_median_rate_and_all_their_latencies() -> None:
    found = combine([Sample(8, [1.0] * n, 1.0, 0.5) for n in (10, 400, 20)])
    assert (found.requests, found.per_second, found.p50_ms) == (430, 20, 1.0)
    assert (found.clients, found.generator_cpu) == (8, 0.5)


def test_what_fails_fast_is_an_error_and_not_a_fast_answer(server: RunningServer) -> None:
    asked = request("GET", "/api/v1/sites", port=server.port, token="nonsense")
    with pytest.raises(LoadError, match="got 401"):
        asyncio.run(measure(server.port, lambda _: itertools.repeat(asked), clients=2, seconds=0.2))


def test_a_number_given_twice_is_an_error(server: RunningServer) -> None:
    async def always_the_same(exchange: Exchange) -> Reply:
        status = 201 if exchange.method == "POST" else 200
        return Reply(status, b'{"id":"%s","number":"A001"}' % (b"0" * 32))

    with (
        proxy(server.url, always_the_same) as between,
        pytest.raises(LoadError, match="1 numbers and 1 ids"),
    ):
        asyncio.run(measures.routes(between.port, "token", seconds=0.2, rounds=1))

"""The event stream: history by number, then what happens as it happens, and an end when the server stops."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import httpx

from tests.peers.server import RunningServer
from tests.server.api.conftest import As, Json

Take = Callable[..., Json]


class Event(dict[str, str]):
    """An event: its fields, and the fact in its data."""

    @property
    def fact(self) -> Json:
        fact: Json = json.loads(self["data"])
        return fact


@contextmanager
def listening(client: httpx.Client, **query: object) -> Iterator[Iterator[Event]]:
    """The events of a stream."""
    headers = {k.replace("_", "-"): str(v) for k, v in query.items() if k == "Last_Event_ID"}
    params = {k: str(v) for k, v in query.items() if k != "Last_Event_ID"}
    with client.stream("GET", "/api/v1/live", params=params, headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")

        def events() -> Iterator[Event]:
            event = Event()
            for line in answer.iter_lines():
                if line:
                    name, _, value = line.partition(": ")
                    event[name] = value
                elif event:
                    yield event
                    event = Event()

        yield events()


def _facts(events: Iterator[Event], count: int) -> list[Event]:
    found: list[Event] = []
    while len(found) < count:
        event = next(events)
        if "event" not in event and "data" in event:
            found.append(event)
    return found


def test_history_comes_first_then_what_happens(as_: As, take: Take) -> None:
    before = take("cash")
    with listening(as_("desk"), site="demo", after=0) as events:
        history: list[Event] = []
        while not history or history[-1].fact["data"].get("ticket") != before["id"]:
            history += _facts(events, 1)
        assert [int(event["id"]) for event in history] == list(range(1, len(history) + 1))
        after = take("cash")
        (now,) = _facts(events, 1)
        assert now.fact["data"]["ticket"] == after["id"]
        assert now.fact["kind"] == "ticket-issued"
        assert int(now["id"]) == now.fact["seq"] == len(history) + 1


def test_a_reconnecting_client_goes_on_where_it_was_whatever_its_address_says(
    as_: As, take: Take
) -> None:
    for _ in range(3):
        take("cash")
    head = as_("desk").get("/api/v1/sites/demo/board").json()["seq"]
    with listening(as_("desk"), site="demo", after=0, Last_Event_ID=head - 2) as events:
        assert [int(event["id"]) for event in _facts(events, 2)] == [head - 1, head]


def test_a_beat_comes_while_nothing_happens(as_: As) -> None:
    head = as_("desk").get("/api/v1/sites/demo/board").json()["seq"]
    began = time.monotonic()
    with listening(as_("desk"), site="demo", after=head) as events:
        names = [next(events).get("event") for _ in range(2)]
    assert names == ["hello", "beat"]
    assert 4 < time.monotonic() - began < 8


def test_a_number_beyond_the_journal_is_told_to_begin_again(as_: As, take: Take) -> None:
    with listening(as_("desk"), site="demo", after=10**9) as events:
        assert [next(events).get("event") for _ in range(2)] == ["hello", "reset"]
        taken = take("cash")
        assert _facts(events, 1)[0].fact["data"]["ticket"] == taken["id"]


def test_streams_end_when_the_server_stops_which_takes_less_than_a_second(
    own_server: RunningServer,
) -> None:
    ended = threading.Event()
    begun = threading.Semaphore(0)

    def listen(client: httpx.Client) -> None:
        with listening(client, site="demo") as events:
            next(events)
            begun.release()
            for _ in events:
                pass
        ended.set()

    with own_server.client("desk") as client:
        thread = threading.Thread(target=listen, args=(client,), daemon=True)
        thread.start()
        assert begun.acquire(timeout=10)
        took = own_server.stop()
        assert ended.wait(5)
    assert took < 2, "a second, and what a busy machine adds"

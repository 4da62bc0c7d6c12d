"""The link against a real server: news resumed by number, no waiting, what is refused."""

import pytest

from tests.peers.ports import free_port
from tests.peers.server import RunningServer
from turnero.boxes.protocol import Poll
from turnero.device.link import Link
from turnero.store.errors import Refused, Unavailable


async def test_news_begin_at_the_head_and_go_on_after_a_number(server: RunningServer) -> None:
    link = Link(server.url)
    link.use(server.token("supervisor"))
    with server.client("kiosk") as kiosk:

        def issue() -> None:
            body = {"site": "demo", "service": "admission"}
            assert kiosk.post("/api/v1/tickets", json=body).is_success

        issue()
        stream = link.news("demo", None)
        begun = await anext(stream)
        assert (begun.kind, link.standing) == ("", "online"), "it begins now, without history"
        issue()
        heard = await anext(stream)
        assert (heard.kind, heard.seq) == ("ticket-issued", begun.seq + 1)
        assert heard.data["number"].startswith("A")
        await stream.aclose()
        issue()
        issue()
    again = link.news("demo", heard.seq)
    assert (await anext(again)).seq == heard.seq
    assert [(await anext(again)).seq for _ in range(2)] == [heard.seq + 1, heard.seq + 2]
    await again.aclose()
    await link.close()


async def test_a_token_that_is_not_known_is_told_from_a_server_that_is_not_there(
    server: RunningServer,
) -> None:
    link = Link(server.url)
    link.use("x" * 43)
    with pytest.raises(Refused, match="token-unknown"):
        await link.config()
    assert link.standing == "revoked"
    await link.close()
    away = Link(f"http://127.0.0.1:{free_port()}")
    away.use("x" * 43)
    with pytest.raises(Unavailable):
        await away.config()
    assert (away.standing, away.online) == ("away", False)
    away.use(None)
    with pytest.raises(Unavailable):
        await away.poll(Poll("s").secret)
    assert away.standing == "unpaired"
    await away.close()

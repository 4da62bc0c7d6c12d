"""A gateway by HTTP: signed, dated, and what each answer means."""

import socket
import time
from collections.abc import AsyncIterator, Iterator

import pytest

from tests.telephony.messages.gateway import KEY, Gateway, running
from turnero.telephony.messages import webhook
from turnero.telephony.messages.port import SENT, Message, Outcome
from turnero.telephony.messages.ways import Ways, wrong
from turnero.telephony.messages.webhook import Webhook

TEXT = Message("1-7", "phone", "+51987654482", "Hospital: «ñ»", "Mensaje", "es-PE", "missed")


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    with running(Gateway()) as found:
        yield found


@pytest.fixture
async def way(gateway: Gateway) -> AsyncIterator[Webhook]:
    found = Webhook(gateway.url + "/messages", KEY, lambda: time.time_ns() // 1_000_000)
    yield found
    await found.close()


async def test_a_gateway_can_check_whom_a_message_is_from_and_when(
    gateway: Gateway, way: Webhook
) -> None:
    assert await way.check() is None
    assert await way.send(TEXT) == SENT
    assert gateway.kept == {"1-7": TEXT._asdict()}
    assert gateway.wrong == []


@pytest.mark.parametrize(
    ("answer", "meaning"),
    [
        (200, SENT),
        (409, SENT),
        (302, Outcome("refused", "http-302")),
        (400, Outcome("refused", "http-400")),
        (401, Outcome("refused", "http-401")),
        (422, Outcome("refused", "http-422")),
        (408, Outcome("failed", "http-408")),
        (429, Outcome("failed", "http-429")),
        (500, Outcome("failed", "http-500")),
        (503, Outcome("failed", "http-503")),
        ("cut", Outcome("unknown", "no-answer")),
    ],
)
async def test_what_answers_mean(
    gateway: Gateway, way: Webhook, answer: int | str, meaning: Outcome
) -> None:
    gateway.answers = [answer]
    assert await way.send(TEXT) == meaning
    assert gateway.asked == 1  # a redirect is not followed


async def test_no_answer_in_time_is_unknown(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "STEP_S", 0.2)
    gateway.answers = ["silent"]
    way = Webhook(gateway.url, KEY, lambda: time.time_ns() // 1_000_000)
    assert await way.send(TEXT) == Outcome("unknown", "no-answer")
    await way.close()


async def test_nobody_there_is_a_failure() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        way = Webhook(f"http://127.0.0.1:{free.getsockname()[1]}", KEY, lambda: 0)
        assert await way.send(TEXT) == Outcome("failed", "unreachable")
        assert await way.check() == "ConnectError"
        await way.close()


async def test_a_proxy_of_the_environment_sees_nothing(
    gateway: Gateway, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    way = Webhook(gateway.url, KEY, lambda: time.time_ns() // 1_000_000)
    assert await way.send(TEXT) == SENT
    await way.close()


@pytest.mark.parametrize(
    ("ways", "names"),
    [
        (Ways(), set()),
        (Ways(phone="console", mail="console"), set()),
        (Ways(phone="https://gateway.example/turnero"), set()),
        (Ways(phone="http://127.0.0.1:9000/x"), set()),
        (Ways(mail="smtps://u:p@mail.example", sender="a@b.example"), set()),
        (Ways(phone="http://gateway.example"), {"phone"}),
        (Ways(phone="smtp://mail.example"), {"phone"}),
        (Ways(phone="carrier pigeon"), {"phone"}),
        (Ways(mail="smtp://mail.example?tls=none", sender="a@b.example"), {"mail"}),
        (Ways(mail="smtp://mail.example"), {"sender"}),
        (Ways(mail="console", sender="a@b\r\nBcc: x"), {"sender"}),
    ],
)
def test_which_ways_can_be_set(ways: Ways, names: set[str]) -> None:
    assert set(wrong(ways)) == names

"""The main job from end to end, as its people do it: by touch, by key, by ear, on paper and on a phone."""

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.browser.hospital import KEY, PATIENCE_MS, Hospital, People, touch, until
from tests.browser.keys import press
from tests.browser.listening import LISTEN, NOTICE, heard
from tests.printer.eyes import qr_of

pytestmark = pytest.mark.requires("chromium", "espeak-ng", "zbar-tools")

#: From the agent's key to the first sound: a second, and what a busy machine adds to it.
SOUNDS_WITHIN_MS = 3_000


@dataclass(frozen=True)
class Patient:
    """Somebody who reads one language, and the words that they must find."""

    language: str
    touches: tuple[str, str, str]
    service: str
    name: str
    turn: str
    question: str
    thanks: str


PATIENTS = [
    Patient(
        "es",
        ("#service-laboratorio", "#service-muestras", "#take"),
        "muestras",
        "Toma de muestras",
        "le toca",
        "¿Cómo",
        "Gracias",
    ),
    Patient(
        "en",
        ("#lang-en", "#service-caja", "#take"),
        "caja",
        "Cashier",
        "it is your turn",
        "How was the service you received?",
        "Thank you",
    ),
]


def anyhow(words: str) -> re.Pattern[str]:
    """These words, in capitals or not."""
    return re.compile(re.escape(words), re.IGNORECASE)


async def take(kiosk: Page, patient: Patient) -> str:
    """Three touches at the kiosk; the number on its screen."""
    for key in patient.touches:
        await touch(kiosk, key)
    await expect(kiosk.locator(".page-ticket")).to_be_visible()
    await expect(kiosk.locator("html")).to_have_attribute("lang", re.compile(patient.language))
    await expect(kiosk.locator(".ticket-service")).to_have_text(patient.name)
    return await kiosk.locator("#number").inner_text()


async def newest_paper(roll: Page, number: str) -> bytes:
    """The picture of the paper with that number, when it has come out on top of the roll."""
    image = roll.locator(".paper-sheet img").first
    await expect(image).to_have_attribute("alt", re.compile(number), timeout=PATIENCE_MS)
    answer = await roll.request.get(str(await image.evaluate("image => image.src")))
    assert answer.headers["content-type"] == "image/png"
    return await answer.body()


async def announced(board: Page, number: str, desk: str) -> dict[str, Any]:
    """The board shows the number and the desk, and its voice says them to the end; how that began."""
    await expect(board.locator("#now")).to_have_attribute("data-state", "calling")
    await expect(board.locator("#call .number strong")).to_have_text(number)
    await expect(board.locator("#call .desk strong")).to_have_text(desk)
    # When the call rests its sound is over.
    await expect(board.locator("#now")).to_have_attribute("data-state", "rest", timeout=30_000)
    voices = [one for one in await heard(board, "playing") if "/display/voice/" in one["url"]]
    ended = [one for one in await heard(board, "ended") if "/display/voice/" in one["url"]]
    assert ended, "nothing sounded to its end"
    assert ended[-1]["seconds"] > 1, "that was no announcement"
    assert ended[-1]["played"] == pytest.approx(ended[-1]["seconds"], abs=0.3)
    return voices[0]


def story(facts: list[dict[str, Any]]) -> list[tuple[str, str]]:
    """Facts in order, each with what matters of it."""
    telling = {"print-changed": "state", "ticket-called": "desk", "ticket-rated": "answer"}
    return [
        (fact["kind"], str(fact["data"].get(telling.get(fact["kind"], "number")))) for fact in facts
    ]


@pytest.mark.parametrize("patient", PATIENTS, ids=lambda patient: patient.language)
async def test_a_ticket_from_the_touch_at_the_kiosk_to_the_thanks_on_the_phone(
    hospital: Hospital, people: People, tmp_path: Path, patient: Patient
) -> None:
    board = await people.board(before=LISTEN)
    roll = await people.person("pilar", "/paper/hall")
    desk = await people.desk(before=NOTICE)
    before = hospital.head()

    # three touches
    kiosk = await people.kiosk()
    number = await take(kiosk, patient)

    # paper comes out, and its code leads to the ticket's page
    paper = await newest_paper(roll, number)
    (code,) = qr_of(paper, tmp_path)
    assert code.startswith(f"{hospital.url}/t/")
    phone = await people.phone(code)
    await expect(phone.locator(".number")).to_have_text(number)
    await expect(phone.locator("[data-state]")).to_have_attribute("data-state", "waiting")
    await expect(phone.locator("#phone[data-live-seq]")).to_be_visible()

    # the agent's key calls: the room sees and hears it, the phone says so by itself
    await press(desk, "Space")
    sound = await announced(board, number, "1")
    after_ms = sound["at"] - await desk.evaluate("window.pressedAt")
    assert after_ms < SOUNDS_WITHIN_MS, f"the room heard it {after_ms:.0f} ms after the key"
    await expect(phone.locator("h1")).to_have_text(anyhow(patient.turn))
    await expect(phone).to_have_title(anyhow(patient.turn))
    await expect(phone.locator(".phone-desk")).to_have_text("Ventanilla 1")
    await expect(desk.locator("#person-title")).to_have_text(number)

    # finish by key; the phone asks how it went
    await press(desk, "F")
    await expect(desk.locator("#seat-now")).to_have_attribute("data-state", "free")
    await expect(phone.locator("#question")).to_have_text(anyhow(patient.question))
    await phone.locator(".answer-5").tap()
    await expect(phone.locator(".reasons")).to_be_visible()
    await phone.locator(".reason").first.tap()
    await phone.locator(".rating .button-primary").tap()
    await expect(phone.locator(".notice-good")).to_have_text(anyhow(patient.thanks))

    # the journal holds exactly that, in that order, and nothing else
    facts = hospital.facts(before)
    assert story(facts) == [
        ("ticket-issued", number),
        ("print-changed", "queued"),
        ("print-changed", "sent"),
        ("ticket-called", f"{KEY}.1"),
        ("service-finished", number),
        ("ticket-rated", "5"),
    ]
    assert len({fact["data"]["ticket"] for fact in facts}) == 1
    issued = facts[0]["data"]
    assert (issued["service"], issued["language"]) == (patient.service, patient.language)
    assert issued["place"] == "hall"


async def test_a_visit_is_rated_at_the_kiosk_with_the_digits_of_the_ticket(
    hospital: Hospital, people: People
) -> None:
    kiosk = await people.kiosk()
    number = await take(kiosk, PATIENTS[0])
    digits = (await kiosk.locator(".ticket-short strong").inner_text()).replace(" ", "")
    await touch(kiosk, "#home")
    await expect(kiosk.locator("[data-idle]")).to_be_visible()
    called = hospital.next("1")
    assert called["number"] == number
    hospital.ask("POST", f"/tickets/{called['id']}/finish")
    before = hospital.head()

    await touch(kiosk, "#rate")
    for digit in digits:
        await touch(kiosk, f"[data-digit='{digit}']")
    await touch(kiosk, "#go")
    await expect(kiosk.locator(".page-rate")).to_contain_text(number)
    await touch(kiosk, ".answer-2")
    await expect(kiosk.locator(".page-reasons")).to_be_visible()
    for reason in ("wait", "signs"):
        await touch(kiosk, kiosk.locator(".reason", has=kiosk.locator(f"[value={reason}]")))
    await touch(kiosk, "#send")
    await expect(kiosk.locator(".page-thanks h1")).to_have_text("Gracias")

    (rated,) = hospital.facts(before)
    assert (rated["kind"], rated["data"]["ticket"]) == ("ticket-rated", called["id"])
    assert rated["data"]["answer"] == 2
    assert rated["data"]["reasons"] == ["wait", "signs"]
    assert (rated["data"]["place"], rated["data"]["desk"]) == ("hall", f"{KEY}.1")
    assert number not in await kiosk.locator("main").inner_text()


async def test_a_second_press_within_a_moment_calls_nobody_else(
    hospital: Hospital, people: People
) -> None:
    desk = await people.desk()
    first, _ = hospital.take(), hospital.take()
    await expect(desk.locator("#line strong").first).to_have_text("2")
    before = hospital.head()
    await press(desk, "Space")
    await desk.keyboard.press("Space")  # too early, and meant so
    await expect(desk.locator("#person-title")).to_have_text(first["number"])

    async def called() -> bool:
        return [fact["kind"] for fact in hospital.facts(before)] == ["ticket-called"]

    await until(called, "one call, and one alone")

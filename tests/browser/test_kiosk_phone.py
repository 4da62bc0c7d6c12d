"""The ticket's page on a phone rings when it is its turn, for who allowed it, and knows its end."""

import pytest
from playwright.async_api import Page, expect

from tests.browser.hospital import KEY, Hospital, People, until

pytestmark = pytest.mark.requires("chromium")

#: what the phone was asked to do
FEEL = """
window.felt = [];
navigator.vibrate = (pattern) => { window.felt.push([pattern].flat().length); return true; };
"""


async def opened(people: People, address: str) -> Page:
    """A phone that notes how it was shaken, its stream open."""
    phone = await people.visit("phone")
    await phone.add_init_script(FEEL)
    await phone.goto(address)
    await expect(phone.locator("#phone[data-live-seq]")).to_be_visible()
    return phone


async def test_it_vibrates_when_called_and_when_called_again(
    hospital: Hospital, people: People
) -> None:
    taken = hospital.take("caja")
    phone = await opened(people, taken["public_url"])
    await phone.tap("[data-notify]")
    await expect(phone.locator("[data-notify]")).to_have_attribute("aria-pressed", "true")
    assert await phone.evaluate("felt") == [1]
    hospital.ask("POST", f"/desks/{KEY}.1/next")
    await expect(phone.locator("h1")).to_have_text("¡Le toca!")
    assert await phone.evaluate("felt") == [1, 5]
    hospital.ask("POST", f"/tickets/{taken['id']}/recall")
    await phone.wait_for_function("felt.length === 3")
    await expect(phone.locator(".phone-notify")).not_to_be_visible()


async def test_without_a_touch_of_the_holder_it_only_shows(
    hospital: Hospital, people: People
) -> None:
    taken = hospital.take("caja")
    phone = await opened(people, taken["public_url"])
    hospital.ask("POST", f"/desks/{KEY}.1/next")
    await expect(phone.locator("h1")).to_have_text("¡Le toca!")
    assert await phone.evaluate("felt") == []


async def test_the_people_ahead_become_fewer_by_themselves(
    hospital: Hospital, people: People
) -> None:
    for _ in range(2):
        hospital.take("caja")
    taken = hospital.take("caja")
    phone = await opened(people, taken["public_url"])
    ahead = phone.locator(".figures dd").first
    await expect(ahead).to_have_text("2")
    hospital.ask("POST", f"/desks/{KEY}.1/next")
    await expect(ahead).to_have_text("1")


async def test_leaving_is_asked_twice_and_shown(hospital: Hospital, people: People) -> None:
    taken = hospital.take("caja")
    phone = await opened(people, taken["public_url"])
    await phone.tap("[data-open]")
    await phone.tap("#leaving [data-close]")
    assert hospital.ask("GET", f"/tickets/{taken['id']}")["state"] == "waiting"
    await phone.tap("[data-open]")
    await phone.tap("#leaving .button-danger")
    await expect(phone.locator("h1")).to_have_text("Este ticket fue anulado")
    assert hospital.ask("GET", f"/tickets/{taken['id']}")["state"] == "cancelled"


async def test_who_closes_the_page_after_the_first_answer_has_answered(
    hospital: Hospital, people: People
) -> None:
    taken = hospital.take("caja")
    hospital.ask("POST", f"/desks/{KEY}.1/next")
    hospital.ask("POST", f"/tickets/{taken['id']}/finish")
    before = hospital.head()
    phone = await opened(people, taken["public_url"])
    await phone.tap(".answer-2")
    await phone.locator(".reason").first.tap()
    await phone.goto("about:blank")

    def kept() -> list[tuple[int, list[str]]]:
        facts = [one["data"] for one in hospital.facts(before) if one["kind"] == "ticket-rated"]
        return [(one["answer"], one["reasons"]) for one in facts]

    await until(lambda: bool(kept()), "the answer is kept")
    assert kept() == [(2, ["wait"])]


async def test_at_most_three_reasons_can_be_chosen(hospital: Hospital, people: People) -> None:
    taken = hospital.take("caja")
    hospital.ask("POST", f"/desks/{KEY}.1/next")
    hospital.ask("POST", f"/tickets/{taken['id']}/finish")
    phone = await opened(people, taken["public_url"])
    await phone.tap(".answer-4")
    for n in range(3):
        await phone.locator(".reason").nth(n).tap()
    assert await phone.locator(".reason input:disabled").count() == 5
    await phone.locator(".reason").nth(0).tap()
    assert await phone.locator(".reason input:disabled").count() == 0


async def test_the_page_is_small(hospital: Hospital, people: People) -> None:
    taken = hospital.take("caja")
    phone = await people.visit("phone")
    first: list[int] = []
    phone.on(
        "response",
        lambda answer: (
            first.append(int(answer.headers.get("content-length", 0)))
            if answer.request.resource_type in {"document", "stylesheet"}
            else None
        ),
    )
    await phone.goto(taken["public_url"])
    # what must be there before anything is seen; scripts and letters come after
    assert sum(first) < 40_000

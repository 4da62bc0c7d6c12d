"""Which slides a board gets and when each is to be shown: languages, zones, days, hours, laws."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from turnero.display.content import rights
from turnero.display.content.turns import AHEAD, Item, Place, turns
from turnero.queue.site_shape import ContentPart
from turnero.web.languages import Translator, translator
from turnero.web.look import Look

LIMA = ZoneInfo("America/Lima")
PICTURE = "a" * 64
LOOK = Look(1, "hnc", "Hospital", ("es", "en", "pt"), "pe", "America/Lima")
HERE = Place("hall", "norte", ("es", "en", "pt"))
HANDS = {"es": "Lávese las manos", "en": "Wash your hands"}


def at(text: str) -> int:
    return round(datetime.fromisoformat(text).replace(tzinfo=LIMA).timestamp() * 1000)


#: a Wednesday
NOON = at("2026-07-15T12:00")


def shown(
    *parts: ContentPart, place: Place = HERE, look: Look = LOOK, now: int = NOON
) -> tuple[Item, ...]:
    def say(name: str) -> Translator:
        return translator(name, look.profile)

    return turns(parts, {PICTURE}, place, look, say, now)


def notice(**more: Any) -> ContentPart:
    return ContentPart("manos", {"es": "Manos"}, text=HANDS, **more)


def test_a_notice_is_shown_in_each_of_its_languages_the_boards_own_first() -> None:
    (item,) = shown(notice())
    assert [(one.tag[:2], one.text) for one in item.slides] == [*HANDS.items()]
    (item,) = shown(notice(), place=Place("hall", "norte", ("en", "es", "pt")))
    assert [one.tag[:2] for one in item.slides] == ["en", "es"]


def test_a_site_that_does_not_offer_a_language_does_not_show_it() -> None:
    look = Look(1, "hnc", "Hospital", ("es",), "pe", "America/Lima")
    (item,) = shown(notice(), place=Place("hall", "", ("es",)), look=look)
    assert [one.text for one in item.slides] == [HANDS["es"]]


@pytest.mark.parametrize("profile", ["pe", "co", "plain"])
@pytest.mark.parametrize("language", ["es", "pt", "en"])
def test_rights_and_duties_are_said_in_each_language_with_the_countrys_law(
    profile: str, language: str
) -> None:
    look = Look(1, "hnc", "Hospital", (language,), profile, "America/Lima")
    part = ContentPart("derechos", {language: "Derechos"}, "rights")
    (item,) = shown(part, place=Place("", "", (language,)), look=look)
    sentences = rights.sentences(profile)
    assert [one.law for one in item.slides] == [one.law for one in sentences]
    assert len({one.text for one in item.slides}) == len(sentences) >= 9
    assert {one.head for one in item.slides} == {
        "es": {"Sus derechos", "Sus deberes"},
        "pt": {"Seus direitos", "Seus deveres"},
        "en": {"Your rights", "Your duties"},
    }[language]
    # a figure changes with the law: it stands there, not here
    assert not any(char.isdigit() for one in item.slides for char in one.text)
    if language != "en":
        assert not {one.text for one in sentences} & {one.text for one in item.slides}
    assert (profile == "plain") == (not any(one.law for one in sentences))


def test_rights_in_a_language_that_nobody_read_over_are_said_in_the_others() -> None:
    (item,) = shown(
        ContentPart("derechos", {"es": "Derechos"}, "rights"), place=Place("", "", ("qu", "es"))
    )
    assert {one.tag[:2] for one in item.slides} == {"es"}


def test_a_picture_that_is_not_there_is_left_out_and_one_that_is_has_its_words() -> None:
    alt = {"es": "Un plano", "en": "A plan"}
    there = ContentPart("plano", {"es": "Plano"}, "picture", picture=PICTURE, alt=alt)
    gone = ContentPart("otro", {"es": "Otro"}, "picture", picture="b" * 64, alt=alt)
    (item,) = shown(there, gone, place=Place("", "", ("en", "es")))
    assert [(one.picture, one.alt) for one in item.slides] == [(PICTURE, "A plan")]
    (item,) = shown(notice(picture="b" * 64, alt=alt))
    assert item.slides[0].picture == ""


def test_a_zone_or_a_board_of_its_own() -> None:
    assert shown(notice(zones=("norte",)))
    assert not shown(notice(zones=("sur",)))
    assert shown(notice(boards=("hall",)))
    assert not shown(notice(boards=("patio",)))


def test_hours_are_moments_of_the_sites_own_days() -> None:
    (item,) = shown(notice(hours={"wed": ("08:00-10:00", "11:30-13:00"), "thu": ("09:00-10:00",)}))
    assert not item.always
    assert item.windows == (
        (at("2026-07-15T11:30"), at("2026-07-15T13:00")),
        (at("2026-07-16T09:00"), at("2026-07-16T10:00")),
        (at("2026-07-22T08:00"), at("2026-07-22T10:00")),
        (at("2026-07-22T11:30"), at("2026-07-22T13:00")),
    )


def test_a_night_is_one_window() -> None:
    (item,) = shown(notice(hours={"wed": ("22:00-06:00",)}))
    assert item.windows[0] == (at("2026-07-15T22:00"), at("2026-07-16T06:00"))


def test_days_from_and_until() -> None:
    (item,) = shown(notice(since="2026-07-16", until="2026-07-17"))
    assert item.windows == ((at("2026-07-16T00:00"), at("2026-07-18T00:00")),)
    assert not shown(notice(until="2026-07-14"))
    assert not shown(notice(since="2027-01-01"))
    (item,) = shown(notice(since="2026-01-01"))
    assert item.windows == ((at("2026-07-15T00:00"), at(f"2026-07-{15 + AHEAD}T00:00")),)


def test_without_hours_or_days_it_is_always_shown() -> None:
    (item,) = shown(notice())
    assert item.always
    assert item.windows == ()

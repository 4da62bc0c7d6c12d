"""The pages have a sentence for whatever can be wrong, and a word for whatever can change."""

from pathlib import Path

import msgspec

import turnero.web
from turnero.admin.call_parts import CALL_FIELDS
from turnero.admin.history import FIELDS, WHAT
from turnero.admin.parts import SECTIONS, SETTINGS_FIELDS, SITE_FIELDS
from turnero.admin.wrongs import SENTENCES
from turnero.queue import site_breaches
from turnero.queue.call_settings import CallSettings
from turnero.queue.commands import sites
from turnero.queue.settings import Settings


def test_each_breach_has_a_sentence_with_the_figures_it_has() -> None:
    assert set(SENTENCES) == set(site_breaches.SENTENCES)
    for breach, msgid in SENTENCES.items():
        given = dict.fromkeys(_figures(site_breaches.SENTENCES[breach]), 1)
        assert msgid % given, breach


def _figures(template: str) -> list[str]:
    return [part.partition("}")[0].removesuffix("!r") for part in template.split("{")[1:]]


def test_each_part_of_a_site_can_be_edited_and_each_of_its_values_has_a_word() -> None:
    assert {one.part for one in SECTIONS.values()} | {"site"} == set(WHAT)
    columns = {*sites._SERVICE._columns, *sites._DESK._columns, *sites._ATTENTION._columns}
    assert columns <= set(FIELDS)
    for section in SECTIONS.values():
        given = {field.name for field in section.fields} | {section.by, "key"}
        # what one field fills in with another name
        given |= {"primary", "overflow"} if "serves" in given else set()
        given |= {"all_day"} if section.part == "service" else set()
        unseen = {"rank"}  # an order is moved, not typed
        assert {one.name for one in msgspec.structs.fields(section.shape)} <= given | unseen


def test_each_setting_and_each_value_of_the_site_has_a_field() -> None:
    assert {one.name for one in SETTINGS_FIELDS} == {
        one.name for one in msgspec.structs.fields(Settings)
    }
    assert {one.name for one in CALL_FIELDS} == {
        one.name for one in msgspec.structs.fields(CallSettings)
    }
    assert {one.name for one in SITE_FIELDS} == {"name", "profile", "zone", "languages", "hours"}


def test_every_section_has_a_picture_that_exists() -> None:
    sheet = (Path(turnero.web.__file__).parent / "static" / "icons.svg").read_text("utf-8")
    for section in SECTIONS.values():
        assert f'<symbol id="{section.icon}"' in sheet, section.key

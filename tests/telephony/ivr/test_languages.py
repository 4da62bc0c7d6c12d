"""In which language who rings, or is rung, is spoken with: never in one that nobody hears or understands."""

from pathlib import Path

import pytest

from tests.telephony.ivr.calling import House
from tests.telephony.ivr.menus import only_first
from tests.telephony.room import CALLING, Room, room
from turnero.display.voice import espeak
from turnero.display.voice.cache import Cache
from turnero.display.voice.guidance import Guidance
from turnero.display.voice.port import NoVoice
from turnero.display.voice.studio import Studio
from turnero.telephony.ivr.made import inbounds
from turnero.telephony.ivr.spoken import worded
from turnero.telephony.simulated.exchange import CAPS

QUECHUA = only_first(CALLING).replace('languages = ["es", "en"]', 'languages = ["es", "qu", "en"]')


def heard(held: Room, tmp_path: Path, *, voice: bool) -> list[str]:
    """The languages that are spoken where the exchange plays our sound."""
    held.simulated.caps = CAPS._replace(own_voice=False)
    studio = Studio(espeak.find() if voice else NoVoice(), Cache(tmp_path / "wide"))
    menus = inbounds(held.ledger, held.exchange, held.vault, Guidance(studio))
    return [one for one in ("es", "en", "pt", "qu") if menus.language(one, [one]) == one]


@pytest.mark.requires("espeak-ng")
async def test_a_language_is_spoken_that_a_voice_says_and_somebody_has_read_over(
    tmp_path: Path,
) -> None:
    assert "qu" in QUECHUA
    assert not worded("qu"), "reviewed? then see that its voice is approved too: docs/telephony.md"
    async with room(tmp_path, dials=False) as held:
        assert heard(held, tmp_path, voice=True) == ["es", "en", "pt"]


async def test_who_rings_a_house_of_another_language_hears_what_can_be_heard(
    tmp_path: Path,
) -> None:
    async with room(tmp_path, site=QUECHUA, dials=False) as held:
        house = House(held)
        await house.begin()
        await house.ring()
        assert house.hears() == [
            "Si es una emergencia, cuelgue y marque 106.",
            "Se comunicó con Hospital Nacional.",
            "Para español, marque 1.",
            "For English, press 2.",
        ]

"""What docs/telephony.md says is what is."""

import re
from pathlib import Path

from turnero.telephony.simulated.telephones import EXTENSIONS, NUMBERS

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "telephony.md").read_text()


def test_every_demo_telephone_is_told_as_it_is() -> None:
    told = dict(re.findall(r"^\| `…(\d\d)` \| (.+) \|$", TEXT, re.MULTILINE))
    assert told == {end: one.what for end, one in NUMBERS.items()}
    for word in EXTENSIONS:
        assert f"`-{word}`" in TEXT

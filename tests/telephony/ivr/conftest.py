"""The house that is rung."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.telephony.ivr.calling import House
from tests.telephony.ivr.menus import only_first
from tests.telephony.room import CALLING, room


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    """One service that calls back, both desks at work, somebody who dials and answers."""
    async with room(tmp_path, site=only_first(CALLING), dials=False) as held:
        found = House(held)
        await found.begin()
        yield found

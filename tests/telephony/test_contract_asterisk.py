"""The contract on a real Asterisk 22 run from the files that we ship, with telephones of other makes."""

from collections.abc import AsyncIterator

import pytest

from tests.peers.asterisk import AsteriskPeer
from tests.peers.telephones import Telephones
from tests.telephony.asterisk_rig import AsteriskRig
from tests.telephony.contract import Contract


@pytest.mark.requires("sip-tester", "baresip-core")
class TestAsterisk(Contract):
    """Over HTTP, the event socket dialled by us."""

    @pytest.fixture
    async def rig(
        self, asterisk_and_telephones: tuple[AsteriskPeer, Telephones]
    ) -> AsyncIterator[AsteriskRig]:
        async with AsteriskRig(*asterisk_and_telephones) as rig:
            yield rig

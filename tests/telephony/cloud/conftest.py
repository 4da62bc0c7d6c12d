"""The adapter before the stand-in."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.telephony.cloud.cloudy import Cloudy
from tests.telephony.cloud.service import Service


@pytest.fixture
async def cloudy(tmp_path: Path) -> AsyncIterator[Cloudy]:
    service = Service()
    await service.start()
    found = Cloudy(service, tmp_path)
    yield found
    await found.end()
    await service.stop()

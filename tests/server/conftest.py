"""A whole installation for each test."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.server.installation import Installation, installation


@pytest.fixture
async def here(tmp_path: Path) -> AsyncIterator[Installation]:
    """An installation with the small hospital."""
    async with installation(tmp_path / "data") as running:
        yield running

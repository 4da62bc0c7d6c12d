"""A test that is skipped when zbarimg is not on PATH; test_skips.py runs it by name."""

import pytest


@pytest.mark.requires("zbar-tools")
def test_that_needs_zbar() -> None:
    """Nothing to do: what is tested is whether it runs."""

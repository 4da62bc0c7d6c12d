"""the mark of tests that run on both databases."""

import pytest

both_engines = pytest.mark.parametrize("database", ["sqlite", "postgresql"], indirect=True)

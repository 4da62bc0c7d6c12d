"""Skips by name what needs a Debian package that this machine lacks; knows no package itself.

The table is scripts/system_packages.py. Tests say `@pytest.mark.requires("zbar-tools")`; fixtures that
start such a program call `require(...)`, so that asking for the fixture is enough.
"""

import pytest

from scripts.system_packages import missing


def require(*names: str) -> None:
    """Skip the running test unless every named Debian package is there.

    Raises KeyError for a package that scripts/system_packages.py does not list: set-up would never
    install it.
    """
    absent = missing(names)
    if absent:
        wants = ", ".join(f"{p.name} ({p.purpose})" for p in absent)
        names_only = " ".join(p.name for p in absent)
        pytest.skip(f"needs {wants}: apt-get install {names_only}")

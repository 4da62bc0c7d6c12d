"""A real Asterisk with telephones around it, once a session."""

from collections.abc import Iterator

import pytest

from tests.peers.asterisk import AsteriskPeer
from tests.peers.telephones import Telephones, asterisk_and_its_telephones


@pytest.fixture(scope="session")
def asterisk_and_telephones() -> Iterator[tuple[AsteriskPeer, Telephones]]:
    """The session's, which tests may kill and start again."""
    with asterisk_and_its_telephones() as both:
        yield both


@pytest.fixture(scope="session")
def outward_asterisk() -> Iterator[tuple[AsteriskPeer, Telephones]]:
    """One that dials out to us."""
    with asterisk_and_its_telephones(outward=True) as both:
        yield both

"""Telephone numbers as rooms ask for them that must not know how they are read or sealed.

Filled by `server` with what the telephone's room has; a room without it offers no callbacks.
"""

from typing import Protocol

from turnero.store.vault import Sealed


class Telephones(Protocol):
    """Reads and seals what somebody typed. Raises `Invalid` with a code `phone-…`."""

    def seal(self, raw: str, profile: str, regions: tuple[str, ...]) -> Sealed:
        """The number as commands have it. `profile`: the site's; `regions`: of its settings."""
        ...

    def groups(self, raw: str, profile: str, regions: tuple[str, ...]) -> tuple[str, ...]:
        """The number as it was understood, in the groups in which people say it."""
        ...

    def seal_name(self, name: str) -> bytes:
        """Whom to ask for, sealed."""
        ...

    def open_name(self, sealed: bytes) -> str:
        """The same, opened. Raises `CannotOpen`."""
        ...

    def open(self, sealed: bytes) -> str:
        """The number as people write it, for who may see it. Raises `CannotOpen`."""
        ...

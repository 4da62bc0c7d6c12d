"""The path of a ticket: the services that it goes on through under one number, kept as JSON.

Pure. A ticket without a path has none (null); one on the last step of its path has an empty
one. What the path does is commands/paths.py.
"""

from functools import lru_cache

import msgspec

#: steps that may be still to come
MOST = 12


@lru_cache(maxsize=256)
def steps_of(text: str | None) -> tuple[str, ...]:
    """The services still to come, in order; of none, none."""
    return () if text is None else msgspec.json.decode(text, type=tuple[str, ...])


def text_of(steps: tuple[str, ...]) -> str:
    """As a ticket or a service keeps it."""
    return msgspec.json.encode(steps).decode()


def taken(of_service: str) -> str | None:
    """The path of a ticket that is taken for a service with this path."""
    return of_service if steps_of(of_service) else None


def elsewhere(path: str | None, service: str, of_service: str) -> str | None:
    """The path of a ticket that goes to this service instead of the one it is at.

    Who is on a path goes through the rest of it, without what they go to now; who was on none,
    through the service's own.
    """
    if path is None:
        return taken(of_service)
    return text_of(tuple(one for one in steps_of(path) if one != service))

"""How promises were kept: what people were told when they took a ticket against what they waited.

Pure sums, by service and by the hour in which the promise was made, so that days and hours add up.
"""

from collections.abc import Iterable
from typing import Final

import msgspec

from turnero.queue.facts import Promise

#: with fewer promises kept or broken a figure says little
FEW: Final = 30


class Kept(msgspec.Struct, frozen=True):
    """Promises whose wait has ended in a call. Seconds; an error above zero is a longer wait."""

    #: key of the service; "" where several are added up
    service: str
    #: 0…23 of the site's clock; None where several are added up
    hour: int | None
    n: int = 0
    #: waits within the range, and longer than it
    inside: int = 0
    longer: int = 0
    #: sum of wait − likely, of its size, and of the ranges' widths
    error_s: int = 0
    off_s: int = 0
    width_s: int = 0

    def after(self, promised: Promise, waited_s: int) -> "Kept":
        """With one more."""
        error_s = waited_s - promised.likely_s
        return self.plus(
            Kept(
                self.service,
                self.hour,
                1,
                int(promised.low_s <= waited_s <= promised.high_s),
                int(waited_s > promised.high_s),
                error_s,
                abs(error_s),
                promised.high_s - promised.low_s,
            )
        )

    def plus(self, other: "Kept") -> "Kept":
        """Both together."""
        return Kept(
            self.service,
            self.hour,
            self.n + other.n,
            self.inside + other.inside,
            self.longer + other.longer,
            self.error_s + other.error_s,
            self.off_s + other.off_s,
            self.width_s + other.width_s,
        )

    @property
    def off_minutes(self) -> float:
        """Mean absolute error of the likely wait, minutes."""
        return self.off_s / self.n / 60 if self.n else 0.0

    @property
    def bias_minutes(self) -> float:
        """Mean error, minutes: above zero, people waited longer than they were told."""
        return self.error_s / self.n / 60 if self.n else 0.0

    @property
    def width_minutes(self) -> float:
        """Mean width of the range, minutes."""
        return self.width_s / self.n / 60 if self.n else 0.0

    @property
    def inside_share(self) -> float:
        """Share of waits within the range that was told, 0…1."""
        return self.inside / self.n if self.n else 0.0

    @property
    def longer_share(self) -> float:
        """Share of waits that took longer than the range, 0…1."""
        return self.longer / self.n if self.n else 0.0

    @property
    def few(self) -> bool:
        """Too few to rely on."""
        return self.n < FEW


def by_service(kept: Iterable[Kept]) -> dict[str, Kept]:
    """Added up over hours."""
    found: dict[str, Kept] = {}
    for one in kept:
        found[one.service] = found.get(one.service, Kept(one.service, None)).plus(one)
    return found


def by_hour(kept: Iterable[Kept]) -> dict[int, Kept]:
    """Added up over services, hours rising."""
    found: dict[int, Kept] = {}
    for one in kept:
        hour = one.hour or 0
        found[hour] = found.get(hour, Kept("", hour)).plus(one)
    return dict(sorted(found.items()))


def together(kept: Iterable[Kept]) -> Kept:
    """All of them."""
    total = Kept("", None)
    for one in kept:
        total = total.plus(one)
    return total

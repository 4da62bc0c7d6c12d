"""Facts about boxes, in the installation's journal (site 0). Identifiers only."""

from turnero.store.facts import Fact, register


class BoxApproved(Fact, frozen=True, tag="box-approved"):
    """An administrator let a box in, as this device of that site."""

    device: int
    site: int
    key: str


class BoxRefused(Fact, frozen=True, tag="box-refused"):
    """An administrator turned a box away that asked."""

    code: str


class BoxTokenChanged(Fact, frozen=True, tag="box-token-changed"):
    """A box works with another token from now on; the one before is worth nothing."""

    device: int
    token: int


register(BoxApproved, BoxRefused, BoxTokenChanged)

"""Numbers and names for the other rooms: read by the policy of the site, sealed by the vault."""

from typing import Final

from turnero.store.vault import Sealed, Vault
from turnero.telephony.numbers import FIELD, number_of, policy_of, sealed, written

#: the field as which the vault seals whom to ask for
NAME: Final = "callback.name"


class SealedNumbers:
    """Fills `queue.telephones.Telephones`."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def seal(self, raw: str, profile: str, regions: tuple[str, ...]) -> Sealed:
        """See `Telephones.seal`."""
        return sealed(number_of(raw, policy_of(profile, regions)), self._vault)

    def groups(self, raw: str, profile: str, regions: tuple[str, ...]) -> tuple[str, ...]:
        """See `Telephones.groups`."""
        policy = policy_of(profile, regions)
        number = number_of(raw, policy)
        national = number.region == policy.home
        return tuple(written(number.e164, national=national).split())

    def seal_name(self, name: str) -> bytes:
        """See `Telephones.seal_name`."""
        return self._vault.seal(name, NAME)

    def open_name(self, sealed: bytes) -> str:
        """See `Telephones.open_name`."""
        return self._vault.open(sealed, NAME)

    def open(self, sealed: bytes) -> str:
        """See `Telephones.open`."""
        return written(self._vault.open(sealed, FIELD))

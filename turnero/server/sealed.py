"""What is sealed in this installation: every such column, and whether it can still be opened."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from sqlalchemy import func, select

from turnero.queue.callback_tables import callback
from turnero.queue.people_tables import NUMBER, SEALED, phone
from turnero.server.doctor_devices import Finding
from turnero.server.settings import Settings
from turnero.server.upkeep import read
from turnero.store.ledger import Ledger
from turnero.store.opening import DATABASE
from turnero.store.resealing import Rotated, SealedColumn, keys_used
from turnero.store.resealing import rotate as rotate_keys
from turnero.store.sql import Query, Statement
from turnero.store.vault import CannotOpen, Vault, keys_of
from turnero.telephony.campaigns.tables import SEALED as OF_CAMPAIGNS
from turnero.telephony.sealing import NAME

#: every sealed column of the installation
COLUMNS: Final = (
    *SEALED,
    SealedColumn(callback, callback.c.id, callback.c.name, (NAME,)),
    *OF_CAMPAIGNS,
)

_ONE: Final = Statement(
    select(phone.c.sealed, phone.c.number_index)
    .where(func.length(phone.c.sealed) > 0)
    .order_by(phone.c.id.desc())
    .limit(1)
)


async def rotate(ledger: Ledger, folder: Path) -> Rotated:
    """Seal everything with a new key, or go on with a rotation that was cut off."""
    return await rotate_keys(ledger, Vault(folder), COLUMNS, actor="cli")


def examine(settings: Settings) -> Iterator[Finding]:
    """For `turnero doctor`: whether what is personal can be opened and found. Makes no key."""
    if settings.postgres is None and not (settings.data / DATABASE).exists():
        return
    used = read(settings, lambda q: keys_used(q, COLUMNS))
    total = sum(count for keys in used.values() for count in keys.values())
    there = keys_of(settings.data)
    lost = 0
    for name, keys in used.items():
        for key, count in keys.items():
            if key not in there:
                lost += count
                yield Finding(
                    f"sealed {name}",
                    "fault",
                    f"{count} rows cannot be opened: the key {key} is not there",
                    f"Put its file back into {settings.data / 'keys'} from where you keep it; "
                    "a key that a rotation replaced is in the folder `retired` there.",
                )
    if lost:
        return
    if not total:
        yield Finding("sealed", "ok", "no telephone number is kept")
    elif (wrong := _wrong(settings)) is not None:
        yield wrong
    elif len({key for keys in used.values() for key in keys}) > 1 or len(there) > 1:
        yield Finding(
            "sealed",
            "warning",
            f"{total} rows, under {len(there)} keys: a change of keys was cut off",
            "Run `turnero vault rotate`: it goes on.",
        )
    else:
        yield Finding("sealed", "ok", f"{total} rows, all under the key {there[-1]}")


def _wrong(settings: Settings) -> Finding | None:
    """What is wrong with the number that was kept last, if anything is."""
    found = read(settings, _newest)
    if found is None:
        return None
    vault = Vault(settings.data)
    try:
        fits = vault.index(vault.open(found[0], NUMBER), NUMBER) == found[1]
    except CannotOpen as error:
        return Finding("sealed", "fault", str(error), "Restore the database from a backup.")
    if fits:
        return None
    return Finding(
        "sealed",
        "fault",
        "numbers are not found again: keys/personal-index.key is another than it was",
        f"Put that file back into {settings.data / 'keys'} from where you keep it.",
    )


def _newest(q: Query) -> tuple[bytes, str] | None:
    row = q.row(_ONE)
    return (bytes(row.sealed), row.number_index) if row is not None else None

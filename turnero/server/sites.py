"""Loads a site's description, from the command line or the demonstration."""

from typing import Any

from turnero.printer.profiles import profile_named
from turnero.printer.transports import check_address
from turnero.queue import reads, site_file
from turnero.queue.commands.sites import load_site as command
from turnero.store.ledger import Ledger


async def load_site(ledger: Ledger, text: str, *, actor: str) -> dict[str, Any]:
    """Make or change the site that this TOML text describes; the site's number and what changed.

    Raises `Invalid` naming the key, the printer's address or profile that is wrong; nothing is
    changed then.
    """
    file = site_file.decode(text)
    for part in file.printer:
        check_address(part.url)
        if part.profile is not None:
            profile_named(part.profile)
    number = await ledger.read(reads.site_no_for, file.site.key)
    loaded = await ledger.run(command, file, site=number, actor=actor)
    return {"site": file.site.key, "number": loaded.site, "changes": loaded.changes}

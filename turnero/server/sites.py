"""Loads a site's description, from the command line or the demonstration."""

from typing import Any

from turnero.queue import reads, site_file
from turnero.queue.commands.sites import load_site as command
from turnero.store.ledger import Ledger


async def load_site(ledger: Ledger, text: str, *, actor: str) -> dict[str, Any]:
    """Make or change the site that this TOML text describes; the site's number and what changed.

    Raises `Invalid("site-file")` naming the key that is wrong; nothing is changed then.
    """
    file = site_file.decode(text)
    number = await ledger.read(reads.site_no_for, file.site.key)
    loaded = await ledger.run(command, file, site=number, actor=actor)
    return {"site": file.site.key, "number": loaded.site, "changes": loaded.changes}

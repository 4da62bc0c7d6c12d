"""What all parts of a box share: who it is, how it stands with its server, who is to be told."""

import hashlib
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

from turnero.boxes.protocol import BoxConfig, Paired, Pairing
from turnero.device import keeping, moving
from turnero.device.keeping import CONFIG, GAVE, PAGES, SEQ, Note
from turnero.device.link import Link, News
from turnero.device.settings import BoxSettings, write
from turnero.display.signs.station import SignBeat
from turnero.store.keys import load_key
from turnero.store.ledger import Ledger

log = logging.getLogger("turnero.device")

#: the file of the token, in the data folder
TOKEN: Final = "token"  # noqa: S105 - a name
#: groups of four letters of a fingerprint: enough that nobody makes another key with the same
_GROUPS: Final = 4


class Box:
    """One box. Belongs to one loop."""

    def __init__(self, settings: BoxSettings, ledger: Ledger, link: Link) -> None:
        self.settings = settings
        self.ledger = ledger
        self.link = link
        self.started_s = time.monotonic()
        #: of the key that was made at the first start; shown here and where it is approved
        self.fingerprint = fingerprint(load_key(settings.data, "box"))
        self.config: BoxConfig | None = None
        #: number of the last fact of the site that was heard; None: none yet
        self.seq: int | None = None
        #: what is shown while it asks to be let in
        self.pairing: Pairing | None = None
        #: an administrator turned it away
        self.refused = False
        #: the server has taken it out of its site: what it said (a refusal's code)
        self.dropped: str | None = None
        #: of the server's program, as it said last: pages reload when it changes
        self.server_version = ""
        #: called after anything that the box's own pages show; must not wait
        self.changed: list[Callable[[], None]] = []
        #: called with each piece of news of the site; must not wait
        self.heard: list[Callable[[News], None]] = []
        #: how each sign is now, by the id of its device: filled by whoever paints them
        self.signs: Callable[[], dict[int, SignBeat]] = dict
        #: called when it belongs to another site or server: nothing of the one before is left
        self.moved: list[Callable[[], None]] = []
        #: called when other devices are hosted, or otherwise
        self.configured: list[Callable[[], None]] = []
        link.changed.append(self.tell)

    @property
    def site(self) -> int:
        """Number of the site; 0 before it belongs to one."""
        return self.config.site if self.config is not None else 0

    @property
    def uptime_s(self) -> int:
        """Seconds since it was started."""
        return int(time.monotonic() - self.started_s)

    def keys(self, kind: str) -> tuple[str, ...]:
        """The keys of what it hosts of that kind."""
        if self.config is None:
            return ()
        return tuple(one.key for one in self.config.devices if one.kind == kind)

    def tell(self) -> None:
        """Something that the box's own pages show has changed."""
        for call in self.changed:
            call()

    async def load(self) -> None:
        """Go on where it was before it stopped."""
        self.config = await self.ledger.read(keeping.kept, CONFIG, BoxConfig)
        self.seq = await self.ledger.read(keeping.kept, SEQ, int)
        pages: str | None = await self.ledger.read(keeping.kept, PAGES, str)
        self.server_version = pages or ""
        gave: str | None = await self.ledger.read(keeping.kept, GAVE, str)
        if gave is not None and urlsplit(gave).hostname != urlsplit(self.link.server).hostname:
            log.warning("its token is of %s: %s has to let it in", gave, self.link.server)
            self.link.use(None)  # a token is shown to nobody but who gave it
        else:
            self.link.use(read_token(self.settings.data))

    async def let_in(self, paired: Paired) -> None:
        """A server has let it in. As another box than before: it forgets whose it was."""
        before = self.config
        if before is not None and _other(before, paired):
            log.warning(
                "it was %s of %s: what is left of that is forgotten", before.box, before.site_key
            )
            await self.ledger.run(moving.forget, None, site=before.site, actor="system")
            self.config = self.seq = None
            for call in self.moved:
                call()
        await self.note(GAVE, msgspec.json.encode(self.link.server).decode())
        if paired.token is not None:
            self.take_over(paired.token)
        log.info("let in as %s of %s", paired.box, paired.site)

    async def serve(self, version: str) -> None:
        """The server's program has this version."""
        if version != self.server_version:
            self.server_version = version
            await self.note(PAGES, msgspec.json.encode(version).decode())
            self.tell()

    async def configure(self, config: BoxConfig) -> None:
        """From now on it is what the server says."""
        await self.ledger.run(keeping.configure, config, site=config.site, actor="system")
        self.config = config
        log.info("hosts %s", ", ".join(f"{one.kind} {one.key}" for one in config.devices) or "-")
        for call in self.configured:
            call()
        self.tell()

    def take_over(self, token: str) -> None:
        """Keep this token, and work with it. The one before is good until this was used once."""
        write(self.settings.data / TOKEN, token.encode())
        self.link.swap(token)

    async def keep_seq(self) -> None:
        """Write down how far it has heard."""
        value = None if self.seq is None else str(self.seq)
        await self.note(SEQ, value)

    async def note(self, name: str, value: str | None) -> None:
        """Keep something by name in the box's store."""
        await self.ledger.run(keeping.note, Note(name, value), site=0, actor="system")


def _other(before: BoxConfig, paired: Paired) -> bool:
    if (before.site_key, before.box) != (paired.site, paired.box):
        return True
    # a server of before this was told says nothing: the same names are the same box
    return bool(before.installation) and before.installation != paired.installation


def fingerprint(key: bytes) -> str:
    """How people compare a key: four groups of four letters."""
    digits = hashlib.sha256(b"turnero box\0" + key).hexdigest()[: 4 * _GROUPS]
    return " ".join(digits[at : at + 4] for at in range(0, 4 * _GROUPS, 4))


def read_token(folder: Path) -> str | None:
    """The token, or None before it was let in."""
    try:
        return (folder / TOKEN).read_text("ascii").strip() or None
    except (FileNotFoundError, UnicodeDecodeError):
        return None


def hardware() -> str:
    """What an administrator knows this machine by: its host's name, and its model where it says one."""
    name = Path("/etc/hostname")
    model = Path("/sys/devices/virtual/dmi/id/product_name")
    said = []
    for path in (name, model, Path("/proc/device-tree/model")):
        try:
            said.append(path.read_text("utf-8", "replace").strip(" \n\0")[:60])
        except OSError:
            continue
    return " · ".join(one for one in said if one)

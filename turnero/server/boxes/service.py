"""Pairing above the commands: secrets are made here, outside any transaction."""

import secrets
from hashlib import blake2b
from typing import Final

import msgspec
from msgspec.structs import replace

from turnero.boxes.protocol import Beat, Beaten, BoxConfig, Pair, Paired, Pairing
from turnero.queue.commands.hearing import hear as note
from turnero.server.accounts.secret import digest, fresh, fresh_token
from turnero.server.boxes import commands, messages, reads
from turnero.store.devices import Beat as DeviceBeat
from turnero.store.ledger import Ledger
from turnero.web.principal import Principal

#: letters that are not taken for another when read off a screen, nor make a word
LETTERS: Final = "BCDFGHJKLMNPQRSTVWXZ"
_CODE: Final = 8


class Boxes:
    """What the routes ask. Belongs to one loop."""

    def __init__(self, ledger: Ledger, public_address: str, version: str) -> None:
        self._ledger = ledger
        self._address = public_address.rstrip("/")
        self._version = version

    async def ask(self, wanted: Pair, here: str) -> Pairing:
        """A box introduces itself. `here`: how it calls this server."""
        secret = fresh()
        code = "".join(secrets.choice(LETTERS) for _ in range(_CODE))
        request = commands.Ask(
            code, digest(secret), wanted.fingerprint, wanted.hardware, wanted.version
        )
        until_ms = await self._ledger.run(commands.ask, request, site=0, actor="public")
        url = f"{self._address or here}/boxes?code={code}"
        return Pairing(code=code, secret=secret, url=url, until_ms=until_ms)

    async def fetch(self, secret: str) -> Paired:
        """How a pairing stands, with the token once it is approved."""
        hashed = digest(secret)
        now_ms = self._ledger.clock.now_ms()
        stands = await self._ledger.read(reads.stands, hashed, now_ms)
        if stands != "approved":
            return msgspec.convert({"state": stands}, Paired)
        token = fresh_token()
        request = commands.Fetch(hashed, digest(token))
        got = await self._ledger.run(commands.fetch, request, site=0, actor="public")
        if got.state != "approved":
            return msgspec.convert({"state": got.state}, Paired)
        return Paired("approved", token, got.site, got.box, self._installation())

    async def config(self, principal: Principal) -> BoxConfig:
        """What this box has to know. Raises `NotFound` when it was taken out of its site."""
        site, key = principal.site or 0, principal.place or ""
        found = await self._ledger.read(reads.config, site, key, self._address)
        return replace(found, installation=self._installation())

    def _installation(self) -> str:
        """The same for all processes of this installation, and after its address has changed."""
        return blake2b(self._ledger.key, digest_size=8, person=b"boxes").hexdigest()

    async def beat(self, principal: Principal, said: Beat) -> Beaten:
        """A heartbeat: the box's own, and of all that it hosts; what is not its own is passed over."""
        config = await self.config(principal)
        own = {one.id for one in config.devices}
        states = {id_: messages.state(raw) for id_, raw in said.devices.items() if id_ in own}
        token = fresh_token()
        number = int(principal.actor.removeprefix("token:"))
        rolled = await self._ledger.run(
            commands.used, commands.Used(number, digest(token)), site=0, actor=principal.actor
        )
        for id_, state in states.items():
            await self._note(principal, id_, state)
        own_state = msgspec.json.encode(replace(said, devices={}))
        await self._note(principal, config.device, own_state.decode())
        return Beaten(
            clock_ms=self._ledger.clock.now_ms(),
            version=self._version,
            config=config.version,
            token=token if rolled else None,
        )

    async def _note(self, principal: Principal, device: int, state: str) -> None:
        await self._ledger.run(
            note, DeviceBeat(device, state), site=principal.site or 0, actor=principal.actor
        )

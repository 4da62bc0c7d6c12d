"""Proves who is asking: bearer tokens, and the cookies of people and of enrolled devices.

Answers come from memory; the facts of the installation's journal say when they no longer
hold, also when another process revoked a token. When they were last used is kept in memory
and written once a minute.
"""

import asyncio
from collections.abc import Callable, Collection, Mapping
from typing import Any, NamedTuple

import structlog

from turnero.server.accounts import commands, facts, reads
from turnero.server.accounts.secret import digest
from turnero.store.errors import Unavailable
from turnero.store.facts import Entry
from turnero.store.journal import head_seq
from turnero.store.ledger import Ledger
from turnero.store.sql import Query
from turnero.web.cookies import family, find
from turnero.web.principal import PEOPLE, Principal, Role

log = structlog.get_logger("turnero.server")

#: proofs kept in memory; beyond it all are asked again
REMEMBERED = 20_000
#: how often use is written down, seconds
WRITE_S = 60.0
#: seconds before the journal is followed again after an error
RETRY_S = 1.0

#: which cookie wins when several roles may: a kiosk's page is the kiosk's, but at a desk's
#: computer the person who signed in is more than the desk
_ORDER = (family(Role.KIOSK), family(Role.BOARD), family(Role.AGENT), family(Role.DESK))

_FORGET = frozenset(
    kind.__struct_config__.tag
    for kind in (
        facts.AccountChanged,
        facts.SignedOut,
        facts.SessionReplaced,
        facts.TokenRevoked,
    )
)


class Proof(NamedTuple):
    """What a secret stands for, and until when."""

    principal: Principal
    expires_ms: int | None
    account: int | None
    token: int | None


class CookieAuthenticator:
    """Web's `Authenticator`, on the accounts' tables."""

    def __init__(self, ledger: Ledger, *, idle_ms: int) -> None:
        self._ledger = ledger
        self._idle_ms = idle_ms
        self._proofs: dict[bytes, Proof] = {}
        #: when each session was last used, of those in memory
        self._seen: dict[bytes, int] = {}
        self._seen_tokens: dict[int, int] = {}
        #: written since the last time
        self._fresh: set[bytes] = set()
        self._fresh_tokens: set[int] = set()
        #: counts what was forgotten, so that a read begun before it is not remembered
        self._generation = 0
        #: called with the actor whose proofs are worth nothing now, or None: nobody's are
        self.on_forgotten: list[Callable[[str | None], None]] = []
        self._tasks: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Begin to follow the installation's journal."""
        after = await self._ledger.read(head_seq, 0)
        self._tasks = [
            asyncio.create_task(self._follow(after), name="accounts-follow"),
            asyncio.create_task(self._write_down(), name="accounts-seen"),
        ]

    async def stop(self) -> None:
        """End, writing down what was seen last."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        if self._ledger.broken is None:
            await self.write_seen()

    async def from_bearer(self, token: str) -> Principal | None:
        """See `Authenticator.from_bearer`."""
        hashed = digest(token)
        proof = self._proofs.get(hashed)
        if proof is None:
            row = await self._read(reads.token_of_hash, hashed)
            if row is None:
                return None
            proof = Proof(_device(row), row.expires_ms, None, row.id)
            self._remember(hashed, proof)
        elif proof.token is None or proof.principal.by_cookie:
            return None  # a cookie's secret is no bearer token
        now_ms = self._ledger.clock.now_ms()
        if proof.expires_ms is not None and proof.expires_ms <= now_ms:
            return None
        self._use_token(proof.token, now_ms)
        return proof.principal

    async def from_cookies(
        self, cookies: Mapping[str, str], wanted: Collection[Role]
    ) -> Principal | None:
        """See `Authenticator.from_cookies`."""
        other: Principal | None = None
        for name in _ORDER:
            secret = find(cookies, name)
            if secret is None:
                continue
            principal = await self._of_session(digest(secret))
            if principal is None or principal.role is None or family(principal.role) != name:
                continue
            if principal.role in wanted:
                return principal
            other = other or principal
        return other

    async def _of_session(self, hashed: bytes) -> Principal | None:
        proof = self._proofs.get(hashed)
        if proof is None:
            row = await self._read(reads.session_of_hash, hashed)
            proof = _session_proof(row)
            if row is None or proof is None:
                return None
            self._seen.setdefault(hashed, row.seen_ms)
            self._remember(hashed, proof)
        elif not proof.principal.by_cookie:
            return None  # a bearer token is no cookie's secret
        now_ms = self._ledger.clock.now_ms()
        if proof.expires_ms is not None and proof.expires_ms <= now_ms:
            return None
        if proof.account is not None and now_ms - self._seen.get(hashed, now_ms) > self._idle_ms:
            return None
        self._seen[hashed] = now_ms
        self._fresh.add(hashed)
        if proof.token is not None:
            self._use_token(proof.token, now_ms)
        return proof.principal

    def _use_token(self, number: int | None, now_ms: int) -> None:
        if number is not None:
            self._seen_tokens[number] = now_ms
            self._fresh_tokens.add(number)

    async def _read(self, read: Callable[[Query, bytes], Any | None], hashed: bytes) -> Any | None:
        """A row as it still is when this returns: whoever opens a stream on it now is told later."""
        while True:
            generation = self._generation
            row = await self._ledger.read(read, hashed)
            if generation == self._generation:
                return row

    def _remember(self, hashed: bytes, proof: Proof) -> None:
        if len(self._proofs) >= REMEMBERED:
            self._proofs.clear()
            self._seen = {one: self._seen[one] for one in self._fresh}
        self._proofs[hashed] = proof

    def drop(self, hashed: bytes) -> None:
        """A session of this process has ended: do not wait for the journal to say so."""
        self._generation += 1
        self._proofs.pop(hashed, None)

    def forget(self, entry: Entry) -> None:
        """A fact says that something no longer holds.

        It names whose, not which: their other sessions are read again, and their streams,
        which end, are opened again within seconds by whoever still may.
        """
        if entry.kind not in _FORGET:
            return
        self._generation += 1
        fact = entry.fact
        account = getattr(fact, "account", None)
        token = getattr(fact, "token", None)
        for hashed, proof in list(self._proofs.items()):
            if (account is not None and proof.account == account) or (
                token is not None and proof.token == token
            ):
                del self._proofs[hashed]
        if account is not None:
            self._tell(f"user:{account}")
        if token is not None:
            self._tell(f"token:{token}")

    def _tell(self, actor: str | None) -> None:
        for told in self.on_forgotten:
            told(actor)

    async def _follow(self, after: int) -> None:
        while True:
            try:
                async for entries in self._ledger.follow(0, after):
                    for entry in entries:
                        self.forget(entry)
                    after = entries[-1].seq
            except Exception:
                # Who does not hear of revocations must not answer from memory.
                log.exception("the installation's journal cannot be followed; trying again")
                self._generation += 1
                self._proofs.clear()
                self._tell(None)
                await self._ledger.clock.sleep(RETRY_S)
            else:
                return

    async def _write_down(self) -> None:
        while True:
            await self._ledger.clock.sleep(WRITE_S)
            await self.write_seen()

    async def write_seen(self) -> None:
        """Keep when sessions and tokens were last used."""
        if not self._fresh and not self._fresh_tokens:
            return
        sessions = {one: self._seen[one] for one in self._fresh if one in self._seen}
        tokens = {one: self._seen_tokens[one] for one in self._fresh_tokens}
        self._fresh.clear()
        self._fresh_tokens.clear()
        try:
            await self._ledger.run(
                commands.note_seen, commands.Seen(sessions, tokens), site=0, actor="system"
            )
        except Unavailable:
            return  # the ledger says so itself; a minute of "last seen" is no loss


def _device(row: Any) -> Principal:
    return Principal(
        actor=f"token:{row.id}",
        role=Role(row.role),
        site=row.site,
        place=row.place,
        name=row.label,
        until_ms=row.expires_ms,
    )


def _session_proof(row: Any | None) -> Proof | None:
    """What a session's row proves; None when its account or token is worth nothing any more."""
    if row is None:
        return None
    if row.account is not None:
        if row.disabled != 0 or row.role not in PEOPLE:
            return None
        principal = Principal(
            actor=f"user:{row.account}",
            role=Role(row.role),
            site=row.site,
            language=row.language,
            name=row.name,
            by_cookie=True,
            until_ms=row.expires_ms,
        )
        return Proof(principal, row.expires_ms, row.account, None)
    if row.token_role is None or row.token_revoked_ms is not None:
        return None
    ends = [ms for ms in (row.expires_ms, row.token_expires_ms) if ms is not None]
    until_ms = min(ends, default=None)
    principal = Principal(
        actor=f"token:{row.token}",
        role=Role(row.token_role),
        site=row.token_site,
        place=row.token_place,
        name=row.token_label,
        by_cookie=True,
        until_ms=until_ms,
    )
    return Proof(principal, until_ms, None, row.token)

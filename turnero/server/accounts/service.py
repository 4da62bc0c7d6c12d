"""Signing in, entering a device's token, first set-up: what the pages ask, above the commands.

Hashing and the making of secrets happen here, outside any transaction.
"""

from collections.abc import Callable
from typing import NamedTuple

from turnero.server.accounts import commands, reads
from turnero.server.accounts.locks import Locks
from turnero.server.accounts.passwords import Passwords, check_new
from turnero.server.accounts.secret import digest, fresh, fresh_token
from turnero.store.errors import Refused
from turnero.store.ledger import Ledger
from turnero.web.principal import SCREENS, Role

#: how long an enrolled browser stays so, milliseconds: what browsers keep a cookie at most
ENROLLED_MS = 400 * 24 * 3600 * 1000


class Entered(NamedTuple):
    """A session that was begun: the cookie's secret, whose it is, and for how long (seconds)."""

    secret: str
    role: Role
    seconds: int
    language: str | None = None


class Accounts:
    """See the module's text. Belongs to one loop."""

    def __init__(self, ledger: Ledger, *, session_ms: int) -> None:
        self._ledger = ledger
        self._session_ms = session_ms
        self._passwords = Passwords()
        self._locks = Locks(ledger.clock)
        #: called with the hash of a session that has ended here, before anything else is answered
        self.on_ended: list[Callable[[bytes], None]] = []

    async def sign_in(
        self, login: str, password: str, replaces: str | None, address: str = ""
    ) -> Entered:
        """Begin a session, with a new secret whatever the browser had before.

        `address` is where it is tried: wrong passwords are held against login and address.

        Raises `Refused("sign-in-wrong", 401)`, the same for a wrong password, an unknown
        login and a disabled account, after the same work; `TooMany` when it was wrong too often.
        """
        login = login.strip().lower()
        await self._begin_try(login, address)
        try:
            row = await self._ledger.read(reads.account_of_login, login)
            usable = row if row is not None and not row.disabled else None
            fits = await self._passwords.fits(usable.password_hash if usable else None, password)
        except Exception:
            self._locks.unjudged(login, address)
            raise
        if usable is None or not fits:
            if self._locks.waits(login, address) and row is not None:
                await self._ledger.run(commands.sign_in_locked, row.id, site=0, actor="public")
            raise Refused("sign-in-wrong", 401)
        self._locks.right(login, address)
        secret = await self._open(
            f"user:{usable.id}", self._session_ms, replaces, account=usable.id
        )
        found = await self._ledger.read(reads.session_of_hash, digest(secret))
        role = Role(found.role) if found is not None else Role.AGENT
        return Entered(secret, role, self._session_ms // 1000, usable.language)

    async def _begin_try(self, login: str, address: str) -> None:
        """Count a try, and wait as long as it is held back. Raises `TooMany`."""
        delay_s = self._locks.begin(login, address)
        if delay_s:
            await self._ledger.clock.sleep(delay_s)

    async def enter(self, token: str, replaces: dict[Role, str | None]) -> Entered:
        """Exchange a device's token for a cookie. Raises `Refused("token-unknown", 401)`."""
        row = await self._ledger.read(reads.token_of_hash, digest(token.strip()))
        now_ms = self._ledger.clock.now_ms()
        if row is None or (row.expires_ms is not None and row.expires_ms <= now_ms):
            raise Refused("token-unknown", 401)
        if row.role not in SCREENS:
            raise Refused("token-not-a-device", 403)
        role = Role(row.role)
        secret = await self._open(f"token:{row.id}", ENROLLED_MS, replaces.get(role), token=row.id)
        return Entered(secret, role, ENROLLED_MS // 1000)

    async def open_for(self, *, account: int | None = None, token: int | None = None) -> str:
        """Begin a session without a proof: for the demonstration's own page only."""
        actor = f"user:{account}" if account is not None else f"token:{token}"
        return await self._open(actor, self._session_ms, None, account=account, token=token)

    async def _open(
        self,
        actor: str,
        length_ms: int,
        replaces: str | None,
        *,
        account: int | None = None,
        token: int | None = None,
    ) -> str:
        secret = fresh()
        request = commands.NewSession(
            hash=digest(secret),
            expires_ms=self._ledger.clock.now_ms() + length_ms,
            account=account,
            token=token,
            replaces=digest(replaces) if replaces else None,
        )
        await self._ledger.run(commands.open_session, request, site=0, actor=actor)
        if request.replaces is not None:
            self._ended(request.replaces)
        return secret

    def _ended(self, hashed: bytes) -> None:
        for told in self.on_ended:
            told(hashed)

    async def sign_out(self, actor: str, secret: str) -> None:
        """End a browser's session."""
        hashed = digest(secret)
        await self._ledger.run(commands.end_session, hashed, site=0, actor=actor)
        self._ended(hashed)

    async def create(
        self,
        login: str,
        password: str,
        *,
        role: str,
        actor: str,
        name: str = "",
        site: int | None = None,
        language: str | None = None,
    ) -> int:
        """Make an account; returns its number."""
        hashed = await self._passwords.hash(check_new(password, login.strip().lower()))
        request = commands.NewAccount(login, name, hashed, role, site, language)
        # No idempotency key: each hash has its own salt, so a repeat would be another
        # request; the login's uniqueness does the same work.
        made = await self._ledger.run(commands.create_account, request, site=0, actor=actor)
        return made.id

    async def set_password(self, account: int, login: str, password: str, *, actor: str) -> None:
        """Set a password; ends the account's sessions."""
        hashed = await self._passwords.hash(check_new(password, login))
        request = commands.NewPassword(account, hashed)
        await self._ledger.run(commands.change_password, request, site=0, actor=actor)

    async def change_own(self, actor: str, old: str, new: str) -> None:
        """Change the password of who is signed in; their sessions end. The old one must fit."""
        number = int(actor.removeprefix("user:"))
        row = await self._ledger.read(reads.password_of, number)
        await self._begin_try(actor, "")
        if row is None or not await self._passwords.fits(row.password_hash, old):
            raise Refused("password-wrong", 403)
        self._locks.right(actor, "")
        await self.set_password(number, row.login, new, actor=actor)

    async def first_administrator(self, secret: str, login: str, password: str, name: str) -> int:
        """Make the first administrator with the set-up secret."""
        hashed_secret = digest(secret.strip())
        if not await self._ledger.read(commands.setup_open, hashed_secret):
            raise Refused("setup-secret-wrong", 403)
        hashed = await self._passwords.hash(check_new(password, login.strip().lower()))
        account = commands.NewAccount(login, name, hashed, str(Role.ADMINISTRATOR))
        request = commands.FirstAdministrator(hashed_secret, account)
        made = await self._ledger.run(commands.finish_setup, request, site=0, actor="setup")
        return made.id

    async def begin_setup(self) -> str | None:
        """A set-up secret, or None when there is an administrator. An earlier secret is void."""
        secret = fresh()
        begun = await self._ledger.run(commands.begin_setup, digest(secret), site=0, actor="system")
        return secret if begun else None

    async def create_token(
        self,
        role: str,
        *,
        actor: str,
        site: int | None = None,
        place: str | None = None,
        label: str = "",
        expires_ms: int | None = None,
    ) -> tuple[int, str]:
        """Make a token; returns its number and the token itself, which nobody can show again."""
        secret = fresh_token()
        request = commands.NewToken(digest(secret), role, label, site, place, expires_ms)
        made = await self._ledger.run(commands.create_token, request, site=0, actor=actor)
        return made.id, secret

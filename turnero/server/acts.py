"""Acts of the command line, as a running server does them over its control socket.

Each takes and gives plain JSON values. `turnero` does the same directly, under the lock,
when no server runs (`direct`).
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import msgspec

from turnero.server import sealed
from turnero.server.accounts import commands, reads
from turnero.server.accounts.places import default_place, site_keys, site_number
from turnero.server.accounts.service import Accounts
from turnero.server.saying import sentence
from turnero.server.settings import Settings
from turnero.server.sites import load_site, save_site
from turnero.store.control import ask
from turnero.store.errors import NotFound, Refused, TurneroError
from turnero.store.ledger import Ledger
from turnero.store.opening import open_store
from turnero.store.sql import Query

_DAY_MS = 24 * 3600 * 1000


class ActRefusedError(TurneroError):
    """A rule said no; the message is the whole sentence."""


Act = Callable[[dict[str, Any]], Awaitable[Any]]


def acts(ledger: Ledger, accounts: Accounts, settings: Settings) -> dict[str, Act]:
    """The acts by name."""

    async def site_load(given: dict[str, Any]) -> dict[str, Any]:
        return await load_site(ledger, str(given["text"]), actor="cli")

    async def site_save(given: dict[str, Any]) -> dict[str, Any]:
        return await save_site(ledger, given.get("site"))

    async def setup_begin(_given: dict[str, Any]) -> dict[str, Any]:
        return {"secret": await accounts.begin_setup(), "here": settings.here}

    async def vault_rotate(_given: dict[str, Any]) -> dict[str, Any]:
        return msgspec.structs.asdict(await sealed.rotate(ledger, settings.data))

    known = _on_tokens(ledger, accounts) | _on_users(ledger, accounts)
    known |= {"site-load": site_load, "site-save": site_save, "setup-begin": setup_begin}
    known |= {"vault-rotate": vault_rotate}
    return {name: _worded(act) for name, act in known.items()}


def _on_tokens(ledger: Ledger, accounts: Accounts) -> dict[str, Act]:
    async def create(given: dict[str, Any]) -> dict[str, Any]:
        role = str(given["role"])
        site = await ledger.read(site_number, given.get("site"), role)
        place = await ledger.read(default_place, site, role, given.get("place"))
        days = given.get("days")
        number, token = await accounts.create_token(
            role,
            site=site,
            place=place,
            label=str(given.get("label") or ""),
            expires_ms=ledger.clock.now_ms() + int(days) * _DAY_MS if days else None,
            actor="cli",
        )
        return {"id": number, "token": token, "site": site, "place": place}

    async def show(_given: dict[str, Any]) -> list[dict[str, Any]]:
        return await _listed(ledger, reads.tokens)

    async def revoke(given: dict[str, Any]) -> dict[str, Any]:
        made = await ledger.run(commands.revoke_token, int(given["id"]), site=0, actor="cli")
        return {"id": made.id}

    return {"token-create": create, "token-list": show, "token-revoke": revoke}


def _on_users(ledger: Ledger, accounts: Accounts) -> dict[str, Act]:
    async def account(given: dict[str, Any]) -> tuple[int, str]:
        login = str(given["login"]).strip().lower()
        row = await ledger.read(reads.account_of_login, login)
        if row is None:
            raise NotFound("account-unknown")
        return row.id, login

    async def create(given: dict[str, Any]) -> dict[str, Any]:
        role = str(given["role"])
        number = await accounts.create(
            str(given["login"]),
            str(given["password"]),
            role=role,
            name=str(given.get("name") or ""),
            site=await ledger.read(site_number, given.get("site"), role),
            language=given.get("language"),
            actor="cli",
        )
        return {"id": number}

    async def show(_given: dict[str, Any]) -> list[dict[str, Any]]:
        return await _listed(ledger, reads.accounts)

    async def password(given: dict[str, Any]) -> dict[str, Any]:
        number, login = await account(given)
        await accounts.set_password(number, login, str(given["password"]), actor="cli")
        return {"id": number}

    async def state(given: dict[str, Any]) -> dict[str, Any]:
        number, _ = await account(given)
        act = commands.SetDisabled(number, bool(given["disabled"]))
        await ledger.run(commands.disable_account, act, site=0, actor="cli")
        return {"id": number}

    return {
        "user-create": create,
        "user-list": show,
        "user-password": password,
        "user-state": state,
    }


def _worded(act: Act) -> Act:
    """The act with its refusals as sentences: over the socket only a text arrives."""

    async def worded(given: dict[str, Any]) -> Any:
        try:
            return await act(given)
        except Refused as refused:
            raise ActRefusedError(sentence(refused)) from refused

    return worded


def do(settings: Settings, act: str, *, timeout_s: float = 30, **given: Any) -> Any:
    """Do an act: by the server that runs on the data folder, or directly when none does.

    `timeout_s` is how long that server may take.
    """
    folder: Path = settings.data
    if folder.exists():
        try:
            return ask(folder, act, timeout_s=timeout_s, **given)
        except (ConnectionError, FileNotFoundError):
            pass  # none runs here, or it died and left its socket: the lock will tell
    return asyncio.run(direct(settings, act, given))


async def direct(settings: Settings, act: str, given: dict[str, Any]) -> Any:
    """Do an act under the data folder's lock. Raises `Occupied` when a server starts meanwhile."""
    store = await asyncio.to_thread(open_store, settings.data, settings.postgres)
    try:
        await store.ledger.start()
        try:
            known = acts(store.ledger, Accounts(store.ledger, session_ms=_DAY_MS), settings)
            return await known[act](given)
        finally:
            await store.ledger.stop()
    finally:
        store.close()


async def _listed(ledger: Ledger, read: Callable[[Query], list[Any]]) -> list[dict[str, Any]]:
    """Rows as plain values; the site by its key, as every command takes it."""
    keys = await ledger.read(site_keys)
    return [
        {name: getattr(one, name) for name in one.__struct_fields__} | {"site": keys.get(one.site)}
        for one in await ledger.read(read)
    ]

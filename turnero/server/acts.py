"""Acts of the command line, as a running server does them over its control socket.

Each takes and gives plain JSON values. `turnero` does the same directly, under the lock,
when no server runs (`direct`).
"""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from turnero.server.accounts import commands, reads
from turnero.server.accounts.places import default_place, site_number
from turnero.server.accounts.service import Accounts
from turnero.server.settings import Settings
from turnero.server.sites import load_site
from turnero.store.control import ControlError, ask
from turnero.store.errors import Invalid
from turnero.store.ledger import Ledger
from turnero.store.opening import open_store

_DAY_MS = 24 * 3600 * 1000

Act = Callable[[dict[str, Any]], Awaitable[Any]]


def acts(ledger: Ledger, accounts: Accounts, settings: Settings) -> dict[str, Act]:
    """The acts by name."""

    async def token_create(given: dict[str, Any]) -> dict[str, Any]:
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

    async def token_list(_given: dict[str, Any]) -> list[dict[str, Any]]:
        return [_plain(one) for one in await ledger.read(reads.tokens)]

    async def token_revoke(given: dict[str, Any]) -> dict[str, Any]:
        made = await ledger.run(commands.revoke_token, int(given["id"]), site=0, actor="cli")
        return {"id": made.id}

    async def user_create(given: dict[str, Any]) -> dict[str, Any]:
        role = str(given["role"])
        site = await ledger.read(site_number, given.get("site"), role)
        number = await accounts.create(
            str(given["login"]),
            str(given["password"]),
            role=role,
            name=str(given.get("name") or ""),
            site=site,
            language=given.get("language"),
            actor="cli",
        )
        return {"id": number}

    async def user_list(_given: dict[str, Any]) -> list[dict[str, Any]]:
        return [_plain(one) for one in await ledger.read(reads.accounts)]

    async def user_password(given: dict[str, Any]) -> dict[str, Any]:
        login = str(given["login"]).strip().lower()
        row = await ledger.read(reads.account_of_login, login)
        if row is None:
            raise Invalid("account-unknown")
        await accounts.set_password(row.id, login, str(given["password"]), actor="cli")
        return {"id": row.id}

    async def user_state(given: dict[str, Any]) -> dict[str, Any]:
        row = await ledger.read(reads.account_of_login, str(given["login"]).strip().lower())
        if row is None:
            raise Invalid("account-unknown")
        act = commands.SetDisabled(row.id, bool(given["disabled"]))
        await ledger.run(commands.disable_account, act, site=0, actor="cli")
        return {"id": row.id}

    async def site_load(given: dict[str, Any]) -> dict[str, Any]:
        return await load_site(ledger, str(given["text"]), actor="cli")

    async def setup_begin(_given: dict[str, Any]) -> dict[str, Any]:
        return {"secret": await accounts.begin_setup(), "port": settings.port}

    return {
        "token-create": token_create,
        "token-list": token_list,
        "token-revoke": token_revoke,
        "user-create": user_create,
        "user-list": user_list,
        "user-password": user_password,
        "user-state": user_state,
        "site-load": site_load,
        "setup-begin": setup_begin,
    }


def do(settings: Settings, act: str, **given: Any) -> Any:
    """Do an act: by the server that runs on the data folder, or directly when none does."""
    folder: Path = settings.data
    if folder.exists():
        try:
            return ask(folder, act, **given)
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


def _plain(value: Any) -> dict[str, Any]:
    return {name: getattr(value, name) for name in value.__struct_fields__}


__all__ = ["ControlError", "acts", "direct", "do"]

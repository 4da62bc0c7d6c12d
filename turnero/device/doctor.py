"""What `turnero doctor` looks at in a box's folder, beside what it looks at in any."""

import asyncio
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec

from turnero.device.box import TOKEN, fingerprint, read_token
from turnero.device.link import Link
from turnero.device.settings import BoxSettings
from turnero.store.errors import Refused, TurneroError
from turnero.store.keys import load_key


class Finding(msgspec.Struct, frozen=True):
    """What one look found; as the server's doctor says it."""

    what: str
    state: Literal["ok", "warning", "fault"]
    said: str
    #: what to do, where something is to be done
    todo: str = ""


def examine(settings: BoxSettings) -> list[Finding]:
    """Look at the box's own things. Writes nothing; asks its server once."""
    return [*_key(settings.data), *_token(settings)]


def _key(folder: Path) -> Iterator[Finding]:
    if not (folder / "keys" / "box.key").exists():
        yield Finding("box", "warning", "never started", "Start it once: turnero device")
        return
    yield Finding("box", "ok", f"fingerprint {fingerprint(load_key(folder, 'box'))}")


def _token(settings: BoxSettings) -> Iterator[Finding]:
    path = settings.data / TOKEN
    token = read_token(settings.data)
    if token is None:
        yield Finding(
            "token",
            "warning",
            "no administrator has let it in",
            "Start it, and let it in by the code that it shows.",
        )
        return
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        yield Finding("token", "fault", f"others may read {path}", f"chmod 600 {path}")
    yield asyncio.run(_asked(settings.server, token))


async def _asked(server: str, token: str) -> Finding:
    link = Link(server)
    link.use(token)
    try:
        config = await link.config()
    except Refused as refused:
        revoked = link.standing == "revoked"
        return Finding(
            "server",
            "fault",
            f"{server} does not know this box: {refused.code}",
            "Let it in again: its screen has a button for it."
            if revoked
            else "Put it back into its site's description.",
        )
    except TurneroError as error:
        return Finding("server", "fault", str(error), "Check the network and the server's address.")
    finally:
        await link.close()
    hosted = ", ".join(f"{one.kind} {one.key}" for one in config.devices) or "nothing"
    return Finding(
        "server", "ok", f"{server}: box {config.box} of {config.site_key}, hosts {hosted}"
    )

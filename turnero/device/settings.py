"""What a box is told when it starts; where its server is stays in its folder (`box.json`)."""

import os
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import msgspec

from turnero.store.errors import TurneroError

FILE: Final = "box.json"
PORT: Final = 8410


class WrongSettingsError(TurneroError):
    """It cannot be started so; the message says why and what to do."""


class BoxSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One box."""

    data: Path
    #: where the server answers: "https://turnos.example.org"
    server: str
    port: int = PORT
    #: asked once a minute while all is well, so that somebody outside notices when it is not; "" for none
    ping: str = ""
    log_level: str = "info"


class _Kept(msgspec.Struct, frozen=True):
    server: str = ""


def address(text: str) -> str:
    """A server's address without its end. Raises `WrongSettingsError`."""
    parts = urlsplit(text if "//" in text else f"https://{text}")
    try:
        wrong = parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0
    except ValueError:
        wrong = True
    if wrong or parts.path not in ("", "/") or parts.query or parts.username is not None:
        raise WrongSettingsError(
            f"“{text}” is not the address of a server: write it as https://turnos.example.org"
        )
    return f"{parts.scheme}://{parts.netloc}"


def folder_of(given: Path | None) -> Path:
    """The data folder: --data, TURNERO_DATA, else this user's own."""
    if given is not None:
        return given
    named = os.environ.get("TURNERO_DATA")
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(named) if named else Path(state) / "turnero-device"


def is_box(folder: Path) -> bool:
    """Whether this is the data folder of a box."""
    return (folder / FILE).is_file()


def settings_of(
    folder: Path, server: str | None, port: int | None = None, ping: str | None = None
) -> BoxSettings:
    """The settings of a box; without `server` the one that it had before."""
    if server is None:
        try:
            server = msgspec.json.decode((folder / FILE).read_bytes(), type=_Kept).server
        except (OSError, msgspec.DecodeError):
            server = ""
        if not server:
            raise WrongSettingsError("say where the server is: --server https://…")
    if ping and urlsplit(ping).scheme not in ("http", "https"):
        raise WrongSettingsError(f"“{ping}” cannot be asked: --ping wants an http(s) address")
    return BoxSettings(
        data=folder,
        server=address(server),
        port=PORT if port is None else port,
        ping=ping or "",
        log_level=os.environ.get("TURNERO_LOG_LEVEL", "info"),
    )


def keep(settings: BoxSettings) -> None:
    """Remember the server for the next start."""
    write(settings.data / FILE, msgspec.json.encode(_Kept(settings.server)))


def write(path: Path, data: bytes) -> None:
    """A whole file or the one before, also after a power cut; its owner's alone."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)

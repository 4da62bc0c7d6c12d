"""What a box is told when it starts; where its server is stays in its folder (`box.json`)."""

import os
from pathlib import Path
from typing import Final, NamedTuple
from urllib.parse import urlsplit

import msgspec

from turnero.store.errors import TurneroError
from turnero.telephony.messages.ways import Ways, wrong

FILE: Final = "box.json"
PORT: Final = 8410
#: names in the environment of where a box's own alarms go
ALARM: Final = ("TURNERO_ALARM", "TURNERO_ALARM_TO", "TURNERO_ALARM_FROM")


class WrongSettingsError(TurneroError):
    """It cannot be started so; the message says why and what to do."""


class Alarm(NamedTuple):
    """Where the box's own alarms go; all empty for nowhere."""

    #: https://… | smtp://… | smtps://…
    way: str = ""
    #: a number or an address there
    to: str = ""
    #: who e-mails are from
    sender: str = ""

    def __repr__(self) -> str:
        return "Alarm(…)"

    @property
    def ways(self) -> Ways:
        """The same as the adapters' settings."""
        mail = "@" in self.to
        return Ways("" if mail else self.way, self.way if mail else "", self.sender)


class BoxSettings(msgspec.Struct, frozen=True, kw_only=True):
    """One box."""

    data: Path
    #: where the server answers: "https://turnos.example.org"
    server: str
    port: int = PORT
    #: asked once a minute while all is well, so that somebody outside notices when it is not; "" for none
    ping: str = ""
    #: told of the box's own troubles
    alarm: Alarm = Alarm()
    log_level: str = "info"

    @property
    def board_port(self) -> int:
        """Port of the board that hangs at this box."""
        return self.port + 1


class _Kept(msgspec.Struct, frozen=True):
    server: str = ""


def address(text: str) -> str:
    """A server's address without its end. Raises `WrongSettingsError`."""
    wrong = WrongSettingsError(
        f"“{text}” is not the address of a server: write it as https://turnos.example.org"
    )
    try:
        parts = urlsplit(text if "//" in text else f"https://{text}")
        right = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0
    except ValueError:
        raise wrong from None
    if not right or parts.path not in ("", "/") or parts.query or parts.username is not None:
        raise wrong
    return f"{parts.scheme}://{parts.netloc}"


def outside(text: str) -> str:
    """The address that is asked while all is well; "" for none. Raises `WrongSettingsError`."""
    try:
        right = not text or (urlsplit(text).scheme in ("http", "https") and urlsplit(text).hostname)
    except ValueError:
        right = False
    if not right or any(letter.isspace() for letter in text):
        raise WrongSettingsError(f"“{text}” cannot be asked: --ping wants an http(s) address")
    return text


def alarm_of(way: str, to: str, sender: str) -> Alarm:
    """Where alarms go. Raises `WrongSettingsError`, whose text repeats no password."""
    alarm = Alarm(way, to, sender)
    if not way:
        return Alarm()
    if not to or any(letter.isspace() for letter in way + to):
        raise WrongSettingsError(
            "--alarm wants --alarm-to: a telephone's number or an e-mail address"
        )
    for name, text in wrong(alarm.ways).items():
        option = "--alarm-from" if name == "sender" else "--alarm"
        raise WrongSettingsError(f"{option} {text}")
    return alarm


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
    folder: Path,
    server: str | None,
    port: int | None = None,
    ping: str | None = None,
    alarm: Alarm | None = None,
) -> BoxSettings:
    """The settings of a box; without `server` the one that it had before."""
    if server is None:
        try:
            server = msgspec.json.decode((folder / FILE).read_bytes(), type=_Kept).server
        except (OSError, msgspec.DecodeError):
            server = ""
        if not server:
            raise WrongSettingsError("say where the server is: --server https://…")
    return BoxSettings(
        data=folder,
        server=address(server),
        port=PORT if port is None else port,
        ping=outside(ping or ""),
        alarm=alarm or Alarm(),
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

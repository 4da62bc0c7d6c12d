"""Ways out of the house as settings name them: "console", "https://…", "smtp://…", or "" for none."""

from typing import Final, Literal, NamedTuple
from urllib.parse import unquote, urlsplit

#: name of the key file under which requests to a gateway are signed, and those from it
KEY: Final = "messages"

Tls = Literal["starttls", "from-start", "none"]

_PORTS: Final = {"starttls": 587, "from-start": 465, "none": 25}
_HERE: Final = frozenset({"127.0.0.1", "::1", "localhost"})


class Server(NamedTuple):
    """Where e-mail goes. `repr` shows no password."""

    host: str
    port: int
    tls: Tls
    user: str
    password: str

    def __repr__(self) -> str:
        return f"Server({self.host}:{self.port}, {self.tls})"


def server_of(address: str) -> Server:
    """From "smtp://user:password@host:587" or "smtps://…"; `?tls=none` on this machine only.

    Raises `ValueError` whose text repeats no password.
    """
    parts = urlsplit(address)
    if parts.scheme not in {"smtp", "smtps"} or not parts.hostname or parts.path not in {"", "/"}:
        raise ValueError("must be like smtp://user:password@host:587 or smtps://host")
    tls: Tls = "from-start" if parts.scheme == "smtps" else "starttls"
    if parts.query == "tls=none":
        if parts.hostname not in _HERE:
            raise ValueError("without TLS only a server on this machine is used")
        tls = "none"
    elif parts.query:
        raise ValueError('after "?" only tls=none is known')
    try:
        port = parts.port or _PORTS[tls]
    except ValueError:
        # Its own text would repeat what may be the end of a password.
        raise ValueError("must end in a port: write # and / of a password as %23 and %2F") from None
    return Server(
        parts.hostname,
        port,
        tls,
        unquote(parts.username or ""),
        unquote(parts.password or ""),
    )


class Ways(NamedTuple):
    """The settings of messages, as the server's settings have them."""

    phone: str = ""
    mail: str = ""
    #: who e-mails are from, "Hospital <turnos@example.org>"
    sender: str = ""
    #: the secret of WhatsApp's app, where it calls us itself
    hub_secret: str = ""

    def __repr__(self) -> str:
        return "Ways(…)"


def wrong(ways: Ways) -> dict[str, str]:
    """What cannot be used: which of phone, mail and sender → why. Repeats no address."""
    found: dict[str, str] = {}
    for name, address in (("phone", ways.phone), ("mail", ways.mail)):
        try:
            _check(name, address)
        except ValueError as error:
            found[name] = str(error)
    if ways.mail.startswith("smtp") and "@" not in ways.sender:
        found["sender"] = "is needed with e-mail: the address that messages come from"
    if any(char in ways.sender for char in "\r\n"):
        found["sender"] = "must be one line"
    return found


def _check(name: str, address: str) -> None:
    if address in {"", "console"}:
        return
    parts = urlsplit(address)
    if parts.scheme in {"smtp", "smtps"} and name == "mail":
        server_of(address)
        return
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme == "http" and parts.hostname in _HERE:
        return
    also = ", smtp:// or smtps://" if name == "mail" else ""
    raise ValueError(f'must be "", "console", https://{also} (http:// only on this machine)')

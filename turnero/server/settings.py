"""Settings: DIR/turnero.toml and the environment (TURNERO_…), checked before anything starts.

The environment wins over the file, and the command line over both. A site's own affairs
(services, hours, desks) are not here: they are in the site's description.
"""

import os
import tomllib
from collections.abc import Iterator, Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, NamedTuple, get_type_hints
from urllib.parse import urlsplit

import msgspec
from msgspec import Meta

from turnero.store.errors import TurneroError
from turnero.telephony.messages.ways import Ways, wrong
from turnero.web.languages import LANGUAGES

FILE = "turnero.toml"
PREFIX = "TURNERO_"


class SettingsError(TurneroError):
    """One or more settings cannot be used; the message has one line for each."""


class Settings(msgspec.Struct, frozen=True, kw_only=True):
    """The installation's settings. Each description ends an error message: it says what fits."""

    #: the data folder; from --data or TURNERO_DATA only, since the file lies in it
    data: Path
    host: Annotated[
        str,
        Meta(
            min_length=1, description='an address of this machine, such as "127.0.0.1" or "0.0.0.0"'
        ),
    ] = "127.0.0.1"
    port: Annotated[
        int, Meta(ge=0, le=65535, description="a number from 1 to 65535, or 0 for any free port")
    ] = 8400
    database: Annotated[
        str, Meta(description='"sqlite", or "postgresql://user:password@host/name"')
    ] = "sqlite"
    public_address: Annotated[
        str,
        Meta(
            description="where patients' phones reach this server, such as "
            '"https://turnos.example.org", or "" when they do not'
        ),
    ] = ""
    trusted_proxies: Annotated[
        tuple[str, ...],
        Meta(description='addresses of the proxies in front of this server, such as ["127.0.0.1"]'),
    ] = ()
    tls: Annotated[
        Literal["off", "proxy", "own"],
        Meta(
            description='"proxy" when a trusted proxy speaks https, "own" with tls_certificate and '
            'tls_key, "off" for plain http on the hospital\'s own network'
        ),
    ] = "off"
    tls_certificate: Annotated[str, Meta(description="the path of a PEM file")] = ""
    tls_key: Annotated[str, Meta(description="the path of a PEM file")] = ""
    log_level: Annotated[
        Literal["debug", "info", "warning", "error"],
        Meta(description='"debug", "info", "warning" or "error"'),
    ] = "info"
    log_format: Annotated[
        Literal["auto", "json", "console"],
        Meta(description='"json", "console", or "auto" (console on a terminal)'),
    ] = "auto"
    access_log: Annotated[bool, Meta(description="true or false: one log line a request")] = False
    session_hours: Annotated[
        int, Meta(ge=1, le=24, description="1 to 24: how long a sign-in lasts at most")
    ] = 12
    session_idle_minutes: Annotated[
        int, Meta(ge=5, le=1440, description="5 to 1440: a sign-in unused for so long ends")
    ] = 120
    languages: Annotated[
        tuple[str, ...],
        Meta(
            min_length=1,
            description='languages of pages that belong to no site, such as ["es", "en"]',
        ),
    ] = ("es", "en", "pt")
    profile: Annotated[
        Literal["pe", "co", "plain"],
        Meta(description='"pe", "co" or "plain": whose words pages that belong to no site use'),
    ] = "pe"
    metrics_open: Annotated[
        bool,
        Meta(description="true lets anybody on the network read /metrics, not only this machine"),
    ] = False
    exchange: Annotated[
        Literal["simulated", "asterisk", "cloud", "none"],
        Meta(
            description='"asterisk", "cloud", "simulated" (nobody is really rung), or "none": no '
            "callbacks"
        ),
    ] = "simulated"
    asterisk_address: Annotated[
        str,
        Meta(
            description='where Asterisk serves ARI, such as "http://127.0.0.1:8088", or "" where it '
            "dials out to asterisk_listen"
        ),
    ] = "http://127.0.0.1:8088"
    asterisk_listen: Annotated[
        str,
        Meta(
            description='an address such as "127.0.0.1:8765" for an Asterisk that dials out, or ""'
        ),
    ] = ""
    asterisk_user: Annotated[str, Meta(description="the user in ari.conf")] = "turnero"
    asterisk_password: Annotated[
        str, Meta(description="the password in ari.conf; best from the environment")
    ] = ""
    asterisk_trunk: Annotated[
        str,
        Meta(description='the endpoint to the telephone company, such as "PJSIP/trunk", or ""'),
    ] = "PJSIP/trunk"
    asterisk_sounds: Annotated[
        str,
        Meta(
            description="a folder that Turnero writes and the user who runs Asterisk reads, at the same "
            'path for both; "": sounds in the data folder, which nobody else may look into'
        ),
    ] = ""

    def __repr__(self) -> str:
        return f"Settings({self.data})"

    cloud_account: Annotated[
        str, Meta(description='the account at the telephone service, "AC…", Turnero\'s alone')
    ] = ""
    cloud_token: Annotated[
        str, Meta(description="the account's secret; best from the environment")
    ] = ""
    cloud_number: Annotated[
        str, Meta(description='the number that is shown, such as "+5116117300"')
    ] = ""
    cloud_sip_domain: Annotated[
        str, Meta(description='where the desks\' telephones are registered, a SIP domain, or ""')
    ] = ""
    cloud_api: Annotated[
        str, Meta(description='the service\'s REST interface, "https://api.twilio.com"')
    ] = "https://api.twilio.com"
    messages_phone: Annotated[
        str,
        Meta(
            description='how messages to patients\' phones leave: "https://…" of a gateway, '
            '"console" (logged, not sent), or "" for none'
        ),
    ] = ""
    messages_mail: Annotated[
        str,
        Meta(
            description='how e-mail leaves: "smtp://user:password@host:587", "smtps://…", '
            '"https://…" of a gateway, "console", or "" for none'
        ),
    ] = ""
    messages_from: Annotated[
        str, Meta(description='who e-mail is from, "Hospital <turnos@hospital.example>"')
    ] = ""
    messages_hub_secret: Annotated[
        str,
        Meta(description='the app secret of WhatsApp where it calls /hooks/messages itself, or ""'),
    ] = ""

    @property
    def here(self) -> str:
        """Where this machine itself reaches the server."""
        host = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104 - shown
        scheme = "https" if self.tls == "own" else "http"
        return f"{scheme}://{f'[{host}]' if ':' in host else host}:{self.port}"

    @property
    def postgres(self) -> str | None:
        """The PostgreSQL address, None for SQLite."""
        return None if self.database == "sqlite" else self.database


def default_data(name: str = "site") -> Path:
    """The data folder when none is given: the user's state folder, e.g. ~/.local/state/turnero/site."""
    state = os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state"
    return Path(state) / "turnero" / name


def load(
    data: Path | None = None,
    *,
    environment: Mapping[str, str] | None = None,
    given: Mapping[str, Any] | None = None,
) -> Settings:
    """The settings of a data folder. `given` are values of the command line (None: not given).

    Raises `SettingsError` naming every key that is wrong, where it was found and what fits.
    """
    environment = os.environ if environment is None else environment
    if data is None:
        named = environment.get("TURNERO_DATA")
        data = Path(named) if named else default_data()
    data = data.expanduser().absolute()
    found, problems = _found(data / FILE, environment, given or {})
    hints = get_type_hints(Settings, include_extras=True)
    values: dict[str, Any] = {}
    for key, one in found.items():
        if key not in hints:
            known = ", ".join(sorted(set(hints) - {"data"}))
            problems.append(f"{one.where}: there is no such setting; there are: {known}")
            continue
        try:
            values[key] = _convert(one, hints[key])
        except msgspec.ValidationError as error:
            # A database's address may hold a password: it is not repeated.
            said = "the value" if key == "database" else _said(one.value)
            problems.append(
                f"{one.where}: {said} does not fit ({error}). It must be {_hint(hints[key])}"
            )
    settings = Settings(data=data, **values)
    for key, text in _together(settings):
        problems.append(f"{found[key].where if key in found else key}: {text}")
    if problems:
        raise SettingsError("\n".join(problems))
    return settings


def strangers(environment: Mapping[str, str]) -> list[str]:
    """Names in the environment that look like settings and are none: worth a warning, perhaps a slip."""
    known = {f"{PREFIX}{name.upper()}" for name in Settings.__struct_fields__}
    return sorted(name for name in environment if name.startswith(PREFIX) and name not in known)


class _Found(NamedTuple):
    """A value, where it was found, and whether it has TOML's type already."""

    where: str
    value: Any
    typed: bool


def _found(
    file: Path, environment: Mapping[str, str], given: Mapping[str, Any]
) -> tuple[dict[str, _Found], list[str]]:
    """Every value that is set, the strongest of each key; and what must not be there."""
    problems: list[str] = []
    found: dict[str, _Found] = {}
    for key, value in _read(file).items():
        if key == "data":
            problems.append(
                f"{file}: data: the file lies in that folder already; give it by --data or TURNERO_DATA"
            )
        else:
            found[key] = _Found(f"{file}: {key}", value, typed=True)
    for key in Settings.__struct_fields__:
        name = f"{PREFIX}{key.upper()}"
        if key != "data" and name in environment:
            found[key] = _Found(name, environment[name], typed=False)
    for key, value in given.items():
        if value is not None:
            found[key] = _Found(f"--{key.replace('_', '-')}", value, typed=True)
    return found, problems


def _read(file: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(file.read_text("utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{file}: this is not TOML: {error}") from error
    except OSError as error:
        raise SettingsError(f"{file}: cannot be read: {error.strerror}") from error


def _convert(one: _Found, kind: Any) -> Any:
    value = one.value
    if not one.typed and _is_list(kind):
        value = [part.strip() for part in value.split(",") if part.strip()]
    return msgspec.convert(value, kind, strict=one.typed)


def _is_list(kind: Any) -> bool:
    return getattr(kind.__origin__, "__origin__", None) is tuple


def _hint(kind: Any) -> str:
    return str(kind.__metadata__[0].description)


def _said(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"  # noqa: PLR2004 - a line of a terminal


def _together(settings: Settings) -> list[tuple[str, str]]:
    """What is wrong with settings that each fit their type: key, and what it must be."""
    return [
        *_addresses(settings),
        *_tls(settings),
        *_exchange(settings),
        *_messages(settings),
        *_cloud(settings),
    ]


def _addresses(settings: Settings) -> Iterator[tuple[str, str]]:
    if settings.postgres is not None and urlsplit(settings.postgres).scheme != "postgresql":
        yield "database", 'must be "sqlite" or begin with postgresql://'
    if settings.public_address:
        parts = urlsplit(settings.public_address)
        if parts.scheme not in {"http", "https"} or not parts.hostname or parts.path or parts.query:
            yield "public_address", 'must be like "https://turnos.example.org", and end there'
    for name in settings.trusted_proxies:
        try:
            ip_network(name)
        except ValueError as error:
            yield "trusted_proxies", f"{error}: write an address or a network"
    for name in settings.languages:
        if name not in LANGUAGES:
            yield "languages", f"{name!r} is none of {', '.join(LANGUAGES)}"


def _tls(settings: Settings) -> Iterator[tuple[str, str]]:
    if settings.tls == "proxy" and not settings.trusted_proxies:
        yield "trusted_proxies", 'is needed with tls = "proxy": the proxy\'s address'
    if settings.tls == "own":
        for key in ("tls_certificate", "tls_key"):
            path = getattr(settings, key)
            if not path:
                yield key, 'is needed with tls = "own": the path of a PEM file'
            elif not Path(path).is_file():
                yield key, f"there is no file {path}"


def _exchange(settings: Settings) -> Iterator[tuple[str, str]]:
    if settings.exchange != "asterisk":
        return
    if not settings.asterisk_password:
        yield "asterisk_password", "is needed for an Asterisk: the password in its ari.conf"
    if settings.asterisk_sounds and not Path(settings.asterisk_sounds).is_absolute():
        yield "asterisk_sounds", "must begin with /"
    host, _, port = settings.asterisk_listen.rpartition(":")
    if settings.asterisk_listen and not (host and port.isdecimal()):
        yield "asterisk_listen", 'must be an address with its port, such as "127.0.0.1:8765"'
    if not settings.asterisk_address and not settings.asterisk_listen:
        yield "asterisk_address", "is needed, or asterisk_listen where Asterisk dials out"
    if settings.asterisk_address:
        parts = urlsplit(settings.asterisk_address)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            yield "asterisk_address", 'must be like "http://127.0.0.1:8088"'


def _cloud(settings: Settings) -> Iterator[tuple[str, str]]:
    if settings.exchange != "cloud":
        return
    for key in ("cloud_account", "cloud_token", "cloud_number"):
        if not getattr(settings, key):
            yield key, "is needed for a telephone service"
    if not settings.public_address.startswith("https://"):
        yield "public_address", "is needed for a telephone service, with https: it calls us there"
    if urlsplit(settings.cloud_api).scheme != "https" and not settings.cloud_api.startswith(
        "http://127.0.0.1:"
    ):
        yield "cloud_api", "must begin with https://"


def _messages(settings: Settings) -> Iterator[tuple[str, str]]:
    for name, text in wrong(ways_of(settings)).items():
        yield {"sender": "messages_from"}.get(name, f"messages_{name}"), text


def ways_of(settings: Settings) -> Ways:
    """How messages leave."""
    return Ways(
        settings.messages_phone,
        settings.messages_mail,
        settings.messages_from,
        settings.messages_hub_secret,
    )

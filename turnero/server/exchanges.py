"""Which telephone exchange an installation has, from its settings; and what doctor says of it."""

import asyncio
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from sqlalchemy import select

from turnero.queue.reads.callbacks import Dialling, dialling_now
from turnero.queue.tables import desk, service, site
from turnero.server.doctor_devices import Finding
from turnero.server.settings import Settings
from turnero.server.upkeep import read
from turnero.store.clock import Clock, SystemClock
from turnero.store.errors import TurneroError
from turnero.store.sql import Statement
from turnero.telephony.cloud.settings import CloudSettings
from turnero.telephony.exchange import Exchange, ExchangeAway, Health
from turnero.telephony.simulated import SimulatedExchange
from turnero.telephony.slice import MakeExchange
from turnero.web.slice import Slice
from turnero.web.speech import Speech
from turnero.web.wiring import Web

if TYPE_CHECKING:
    from turnero.telephony.asterisk.settings import AsteriskSettings
    from turnero.telephony.cloud.rest import Rest

_OFFERS = Statement(
    select(service.c.id).where(service.c.active == 1, service.c.callbacks.is_not(None)).limit(1)
)
_PHONES = Statement(
    select(site.c.key.label("site"), desk.c.key, desk.c.phone)
    .select_from(desk.join(site, site.c.no == desk.c.site))
    .where(desk.c.active == 1, desk.c.phone.is_not(None))
    .order_by(desk.c.site, desk.c.sort)
)
#: seconds that doctor gives an exchange to say how it is
_PATIENCE_S = 15
_REPLACED = Finding(
    "telephone",
    "fault",
    "another program takes the exchange's events, so nobody is rung",
    "Stop the other program, or the other server of this kind, that uses the application turnero.",
)


def maker(settings: Settings) -> MakeExchange | None:
    """What makes the exchange once the store is open; None: there is none, or it comes with hooks."""
    if settings.exchange in {"none", "cloud"}:
        return None

    def make(web: Web) -> Exchange:
        if settings.exchange == "simulated":
            return SimulatedExchange(web.clock)
        return _asterisk(settings, web.speech, web.clock)

    return make


def with_hooks(settings: Settings) -> tuple[MakeExchange | None, list[Slice]]:
    """What makes the exchange, and the routes by which it reaches us, if it does so."""
    if settings.exchange != "cloud":
        return maker(settings), []
    from turnero.telephony.cloud.hooks import CloudHooks  # noqa: PLC0415 - as below

    hooks = CloudHooks(_cloud(settings), settings.data)
    return hooks.make, [hooks.slice()]


def examine(settings: Settings) -> Iterator[Finding]:
    """For `turnero doctor`: whether the exchange is reachable, booted, and its trunk answers."""
    if settings.exchange == "none":
        yield Finding("telephone", "ok", "no exchange is set: nobody is called back")
    elif settings.exchange == "simulated":
        yield _of_simulated(settings)
    elif settings.exchange == "cloud":
        yield _of_cloud(asyncio.run(_health(settings)), settings.cloud_api)
    else:
        yield from _of_asterisk(settings)


def _of_simulated(settings: Settings) -> Finding:
    try:
        offered = read(settings, lambda q: q.row(_OFFERS) is not None)
    except TurneroError:  # no database yet
        offered = False
    if not offered:
        return Finding("telephone", "ok", "the simulated exchange: nobody is really rung")
    return Finding(
        "telephone",
        "warning",
        "services offer callbacks, and the simulated exchange rings nobody",
        'Set exchange = "asterisk" as docs/telephony.md says, or let those services offer none.',
    )


def _of_asterisk(settings: Settings) -> Iterator[Finding]:
    folder = _sounds_of(settings)
    way = (*reversed(folder.parents), folder)
    # What lies behind a closed one cannot be looked at either.
    closed = next((one for one in way if one.is_dir() and not _open(one)), None)
    if closed is not None:
        yield Finding(
            "sounds",
            "warning",
            f"only its owner may look into {closed}: an Asterisk of another user plays nothing",
            "Set asterisk_sounds to a folder of its own, such as /var/lib/turnero-sounds, which the "
            "user who runs Turnero owns and others may read.",
        )
    if settings.asterisk_listen:
        yield _dialled_in(_led(settings), settings.asterisk_listen)
    else:
        found = _said(asyncio.run(_health(settings)), settings.asterisk_address)
        led = _led(settings)
        yield _REPLACED if found.state == "ok" and led and led.why == "replaced" else found
        if found.state == "ok":
            yield from _of_telephones(settings)


def _of_telephones(settings: Settings) -> Iterator[Finding]:
    """What is wrong with the desks' telephones, as Asterisk knows them."""
    try:
        desks = read(settings, lambda q: q.rows(_PHONES))
    except TurneroError:  # no database yet
        return
    states = asyncio.run(_endpoints(settings, [row.phone for row in desks]))
    for row, state in zip(desks, states, strict=True):
        name = f"telephone of {row.site}/{row.key}"
        if state == "":
            yield Finding(
                name,
                "fault",
                f"Asterisk has no endpoint {row.phone}",
                "Make one of that name in pjsip.conf, or give the desk the name of one that is there.",
            )
        elif state == "offline":
            yield Finding(
                name,
                "warning",
                f"{row.phone} has not signed in at Asterisk, so it cannot be rung",
                "Check its address, user and password, and that it is switched on.",
            )


async def _endpoints(settings: Settings, names: list[str]) -> list[str | None]:
    """The state of each PJSIP endpoint; "" where there is none, None where nothing is known."""
    from turnero.telephony.asterisk.rest import NOT_FOUND, HttpAri  # noqa: PLC0415 - as below

    ari, found = HttpAri(_asterisk_settings(settings)), list[str | None]()
    try:
        for name in names:
            reply = await ari.ask("GET", f"endpoints/PJSIP/{quote(name, safe='')}")
            found.append(
                reply.body.get("state") if reply.done else "" if reply.status == NOT_FOUND else None
            )
    except ExchangeAway:
        found += [None] * (len(names) - len(found))
    finally:
        await ari.close()
    return found


def _sounds_of(settings: Settings) -> Path:
    return Path(settings.asterisk_sounds or settings.data / "sounds").absolute()


def _open(folder: Path) -> bool:
    """Whether others may go through it."""
    return bool(folder.stat().st_mode & stat.S_IXOTH)


def _of_cloud(health: Health, where: str) -> Finding:
    if health.reachable and health.booted:
        return Finding("telephone", "ok", f"the service at {where} answers, the account can call")
    return Finding(
        "telephone",
        "fault",
        f"the service at {where} cannot call: {health.detail}",
        "Check cloud_account, cloud_token and cloud_api, and the account at the service.",
    )


def _led(settings: Settings) -> Dialling | None:
    """What the server that dials, or dialled last, wrote of it."""
    try:
        return read(settings, dialling_now)
    except TurneroError:
        return None


def _dialled_in(led: Dialling | None, where: str) -> Finding:
    """Only the running server hears an Asterisk that dials out to us, and it says so every five seconds."""
    if led is not None and led.why == "replaced":
        return _REPLACED
    if led is None or led.until_ms < SystemClock().now_ms():
        return Finding(
            "telephone",
            "warning",
            f"Asterisk dials out to {where}, and no running server hears it",
            "Start turnero serve, and ask again after a minute.",
        )
    if led.open:
        return Finding("telephone", "ok", f"Asterisk has dialled in to {where} and can ring")
    if led.why == "trunk":
        return Finding(
            "telephone",
            "fault",
            f"Asterisk has dialled in to {where}, but its trunk does not answer",
            "Nobody can be rung: ask the telephone company, or check asterisk_trunk.",
        )
    return Finding(
        "telephone",
        "fault",
        f"Asterisk has not dialled in to {where}, or has not booted",
        "Check websocket_client.conf, the last part of ari.conf, and the password in both; then type "
        "at its console: ari show websocket sessions. A link that is dead and shown as up is begun "
        "anew as docs/telephony.md says.",
    )


def _said(health: Health, where: str) -> Finding:
    if not health.reachable:
        return Finding(
            "telephone",
            "fault",
            f"the exchange at {where} does not answer: {health.detail}",
            "Start Asterisk, or check asterisk_address, the user and the password in ari.conf.",
        )
    if not health.booted:
        return Finding(
            "telephone",
            "fault",
            f"the exchange at {where} answers, but is not ready: {health.detail}",
            "401: the user or the password is another than in ari.conf. Else wait a minute; then look "
            "at what Asterisk's console says of what is named, and at docs/telephony.md.",
        )
    if health.trunk is False:
        return Finding(
            "telephone",
            "fault",
            f"the exchange at {where} works, but its trunk does not answer: {health.detail}",
            "Nobody can be rung: ask the telephone company, or check asterisk_trunk.",
        )
    trunk = "its trunk answers" if health.trunk else "it cannot say how its trunk is"
    return Finding("telephone", "ok", f"the exchange at {where} works, {trunk}")


async def _health(settings: Settings) -> Health:
    exchange = _examined(settings)
    try:
        async with asyncio.timeout(_PATIENCE_S):
            return await exchange.health()
    except TimeoutError:
        return Health(reachable=False, booted=False, trunk=None, detail="no answer in time")
    finally:
        await exchange.close()


def _asterisk(settings: Settings, speech: Speech | None, clock: Clock) -> Exchange:
    # Its libraries are loaded where there is one.
    from turnero.telephony.asterisk.adapter import Asterisk  # noqa: PLC0415
    from turnero.telephony.sounds import Sounds  # noqa: PLC0415

    held = settings.data / "voices" / "holding.wav"
    sounds = Sounds(speech, _sounds_of(settings), held=held)
    return Asterisk(_asterisk_settings(settings), sounds, clock)


def _asterisk_settings(settings: Settings) -> "AsteriskSettings":
    from turnero.telephony.asterisk.settings import AsteriskSettings  # noqa: PLC0415
    from turnero.telephony.numbers import policy_of  # noqa: PLC0415

    return AsteriskSettings(
        password=settings.asterisk_password,
        user=settings.asterisk_user,
        url=settings.asterisk_address,
        listen=settings.asterisk_listen,
        trunk=settings.asterisk_trunk,
        region=policy_of(settings.profile).home,
    )


def _examined(settings: Settings) -> "Exchange | Rest":
    if settings.exchange == "cloud":
        # Not the exchange itself: its book of calls is the server's alone, and perhaps another user's.
        from turnero.telephony.cloud.rest import Rest  # noqa: PLC0415 - as above

        return Rest(_cloud(settings))
    return _asterisk(settings, None, SystemClock())


def _cloud(settings: Settings) -> CloudSettings:
    return CloudSettings(
        settings.cloud_account,
        settings.cloud_token,
        settings.cloud_number,
        settings.public_address,
        settings.cloud_sip_domain,
        settings.cloud_api,
    )

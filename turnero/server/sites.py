"""A site's description in and out: from the command line, the pages or the demonstration."""

import asyncio
from typing import Any

import msgspec

from turnero.admin.frame import Person, Ports, Sample
from turnero.display.signs.opening import check as check_sign
from turnero.display.signs.state import SignSettings
from turnero.printer.profiles import profile_named
from turnero.printer.transports import check_address, of_device
from turnero.queue import reads, refusals, site_file, site_out
from turnero.queue.commands.sites import load_site as command
from turnero.queue.site_breaches import Breach, wrong
from turnero.queue.site_lines import line_of
from turnero.queue.site_shape import SiteFile
from turnero.server.accounts.admin import ROLE_NAMES
from turnero.server.accounts.reads import accounts
from turnero.store.errors import Invalid, Refused
from turnero.store.ledger import Ledger
from turnero.store.sql import Query


async def load_site(ledger: Ledger, text: str, *, actor: str) -> dict[str, Any]:
    """Make or change the site that this TOML text describes; the site's number, what changed, and how
    many pictures that it names are not there.

    Raises `Invalid` naming the key, the printer or the sign that is wrong; nothing is
    changed then.
    """
    file = decode(text)
    number = await ledger.read(reads.site_no_for, file.site.key)
    loaded = await ledger.run(command, file, site=number, actor=actor)
    there = {one.digest for one in await ledger.read(reads.pictures, loaded.site)}
    lacking = len(_pictures(file) - there)
    return {
        "site": file.site.key,
        "number": loaded.site,
        "changes": loaded.changes,
        "lacking": lacking,
    }


def _pictures(file: SiteFile) -> set[str]:
    """The digests of what boards show."""
    return {part.picture for part in file.content if part.picture is not None}


def decode(text: str) -> SiteFile:
    """The description that this text holds, its devices checked too; an error has its line."""
    file = site_file.decode(text)
    try:
        check_devices(file)
    except Breach as error:
        raise site_file.at_line(error, line_of(text, error.key)) from None
    return file


def check_devices(file: SiteFile) -> None:
    """Raise a `Breach` for a printer or a sign that could never work."""
    check_printers(file)
    for n, part in enumerate(file.sign):
        settings = msgspec.convert(msgspec.to_builtins(part) | {"idle": ""}, SignSettings)
        try:
            check_sign(settings)
        except Refused as error:
            field = str(error.params["field"])
            figures = {"url": part.url, "protocol": part.protocol} | error.params
            raise wrong(f"sign[{n}].{field}", f"sign-{field}", **figures) from None


def check_printers(file: SiteFile) -> None:
    """Raise `Invalid("site-file")` for a printer's address or profile that cannot be.

    Who describes a site need not be who may write to this machine's files: of `file:` only devices.
    """
    for n, part in enumerate(file.printer):
        try:
            if not of_device(check_address(part.url)):
                why = "a description names devices alone: file:///dev/usb/lp0"
                raise Invalid("bad-printer-address", address=part.url, why=why)
        except Refused as error:
            raise wrong(
                f"printer[{n}].url", "printer-address", url=part.url, why=error.params["why"]
            ) from None
        if part.profile is not None:
            try:
                profile_named(part.profile)
            except Refused as error:
                raise wrong(
                    f"printer[{n}].profile",
                    "printer-profile",
                    profile=part.profile,
                    known=error.params["known"],
                ) from None


async def save_site(ledger: Ledger, key: str | None) -> dict[str, Any]:
    """The description of the site of that key, or of the only one, as TOML text, and how many
    pictures it names: they are not in it.
    """

    def read(q: Query) -> dict[str, Any]:
        numbers = [reads.site_no(q, key)] if key else [one.no for one in reads.sites(q, 0)]
        if key and numbers == [None]:
            raise refusals.unknown("site-unknown", site=key)
        if len(numbers) != 1:
            raise Refused("site-which", 422)
        file = site_out.read(q, numbers[0] or 0)
        if file is None:
            raise refusals.unknown("site-unknown", site=key or "")
        text = site_out.encode(file)
        return {"site": file.site.key, "text": text, "pictures": len(_pictures(file))}

    return await ledger.read(read)


def people(q: Query) -> list[Person]:
    """Everybody who can sign in, for pages that say who did something."""
    return [
        Person(f"user:{one.id}", one.name or one.login, one.role, one.site)
        for one in accounts(q)
        if not one.disabled
    ]


def names(q: Query) -> dict[str, str]:
    """Actor → what they are called, of everybody who has or had an account."""
    return {f"user:{one.id}": one.name or one.login for one in accounts(q)}


async def logo(data: bytes) -> str:
    """A picture as a logo for paper; in a thread, with what draws."""
    from turnero.printer.logo import logo_from  # noqa: PLC0415 - imports what draws

    return await asyncio.to_thread(logo_from, data)


async def paper(wanted: Sample) -> bytes:
    """A sample ticket as a picture."""
    from turnero.printer import sample  # noqa: PLC0415 - imports what draws

    return await asyncio.to_thread(
        sample.png,
        wanted.file,
        wanted.language,
        wanted.mm,
        wanted.now_ms,
        large=wanted.large,
        whole=wanted.whole,
    )


#: what the administration's pages are given
PORTS = Ports(
    check_devices=check_devices,
    people=people,
    role_names={str(role): name for role, name in ROLE_NAMES.items()},
    logo=logo,
    paper=paper,
)

"""`turnero sign test`: a number and a desk on a sign, through the adapter that the server uses."""

from typing import Final

import rich_click as click

from turnero.cli.plainly import CANNOT, fail, plainly

#: why → what to do
_ADVICE: Final = {
    "unreachable": "check its address, its current and its line",
    "connection-lost": "check its line; another program may use it",
    "timed-out": "the line takes no bytes: check its settings (flow control) and its far end",
    "mute": "check the protocol that is set on the sign, its number on the line (--address), the"
    " speed, and whether A and B of an RS-485 line are crossed",
    "garbled": "check speed and parity (?baudrate=…&parity=…) and whether two signs have one number",
    "refused": "check --width and the protocol that is set on the sign",
    "too-narrow": "give --width as many characters as the sign has",
    "fault": "please report it",
}


@click.group()
def sign() -> None:
    """LED signs."""


@sign.command("test")
@click.argument("url")
@click.argument("number")
@click.argument("desk", required=False, default="")
@click.option(
    "--protocol",
    required=True,
    type=click.Choice(("ditel", "modbus-ditel", "modbus-dm", "alpha")),
    help="What the sign speaks, as it is set on it.",
)
@click.option("--address", type=int, help="Its number on the line (default 1; alpha 0).")
@click.option("--width", type=int, help="How many characters it has.")
@click.option("--brightness", type=int, help="Per cent; ditel and alpha.")
@plainly
def sign_test(
    url: str,
    number: str,
    desk: str,
    protocol: str,
    address: int | None,
    width: int | None,
    brightness: int | None,
) -> None:
    """Show NUMBER and DESK on the sign at URL, and say what became of it.

    URL is serial:///dev/serial/by-id/…?baudrate=9600, tcp://HOST:PORT (for Modbus: Modbus TCP) or
    socket://HOST:PORT (a serial line in the network). Ends with 0 when the sign confirmed it, or
    cannot confirm and everything was sent; with 1 when not; with 2 when it cannot be tried.
    """
    import asyncio

    from turnero.display.signs.face import Face
    from turnero.display.signs.opening import Lines
    from turnero.display.signs.port import Outcome
    from turnero.display.signs.state import SignSettings
    from turnero.store.errors import Refused

    settings = SignSettings(url, protocol, address=address, width=width, brightness=brightness)
    try:
        made = Lines().sign(settings)
    except Refused as wrong:
        fail(f"{wrong.params['field']}: {wrong.params['why']}", CANNOT)

    async def show() -> Outcome:
        try:
            return await made.show(Face(number=number, desk=desk))
        finally:
            await made.close()

    outcome = asyncio.run(show())
    why = f" ({outcome.reason.value})" if outcome.reason else ""
    click.echo(f"{outcome.result.value}{why}")
    if outcome.result == "sent":
        click.echo("turnero: this sign cannot confirm; please look at it", err=True)
    if not outcome.well:
        fail(_ADVICE.get(outcome.reason or "", "nobody knows why"))

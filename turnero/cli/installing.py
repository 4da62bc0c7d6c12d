"""`turnero device install` and `turnero device screens`: a box's system, and what its screens run."""

import sys
from pathlib import Path

import rich_click as click

from turnero.cli.plainly import fail, told


@click.command()
@click.option("--server", help="The server's address (else that of an earlier installation).")
@click.option(
    "--screens",
    default="",
    metavar="WHAT=OUTPUT…",
    help="What hangs where (else as before): "
    "kiosk=HDMI-1,board=HDMI-2:rotate=left:audio=plughw:1,3:touch=NAME.",
)
@click.option(
    "--ping",
    help="Address that the box asks once a minute while all is well (else as before; '' for none).",
)
@click.option("--dry-run", is_flag=True, help="Show every file instead of writing it.")
@click.option(
    "--root",
    default="/",
    type=click.Path(path_type=Path, file_okay=False),
    help="Write below this folder instead of the system's own.",
)
def install(
    *, server: str | None, screens: str, ping: str | None, dry_run: bool, root: Path
) -> None:
    """Write what a box needs: units, Chromium's policy, udev rules; and say what to do next.

    Doing it again changes nothing. It starts nothing and installs no packages.
    """
    from turnero.device.install import screens as described
    from turnero.device.install import shape, writing
    from turnero.device.settings import ALARM, outside
    from turnero.device.settings import address as address_of

    with told():
        before = writing.environment_before(root)
        address = server or before.get("TURNERO_SERVER")
        if address is None:
            fail("which server? Say it: --server https://turnos.example.org")
        plan = shape.Plan(
            address_of(address),
            shape.program_of(sys.argv[0], sys.prefix),
            described.read(screens) if screens else writing.screens_before(root),
            outside(before.get("TURNERO_PING", "") if ping is None else ping),
            tuple(f"{name}={before[name]}" for name in ALARM if before.get(name)),
        )
        if dry_run:
            for file, done in writing.compare(plan, root):
                click.echo(f"# {file.path} ({done}): {file.purpose}\n{file.text}")
            click.echo("nothing was written", err=True)
            return
        try:
            found = writing.write(plan, root)
        except PermissionError as error:
            fail(f"{error.filename} cannot be written: run it with sudo, or with --dry-run")
    said = {"new": "wrote", "changed": "changed", "same": "unchanged"}
    for file, done in found:
        click.echo(f"{said[done]:9}  {file.path}  ({file.purpose})")
    click.echo("Next, as root:", err=True)
    for step in writing.next_steps(plan):
        click.echo(f"  {step}", err=True)
    click.echo(f"Then open {plan.server}/boxes and approve the code that the box shows.", err=True)


@click.command(hidden=True)
@click.option(
    "--layout",
    default="/etc/turnero/screens.json",
    type=click.Path(path_type=Path, dir_okay=False),
    help="What hangs where, as `install` wrote it.",
)
def screens(layout: Path) -> None:
    """Show a box's screens until X ends: turnero-screens.service runs it."""
    import asyncio

    from turnero.device.install import showing

    with told():
        asyncio.run(showing.show(showing.read(layout), Path.home()))

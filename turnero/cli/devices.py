"""Devices tried where they stand: does it print, does it show."""

import sys

import rich_click as click

from turnero.cli.plainly import WRONG, fail, plainly


@click.group()
def printer() -> None:
    """Ticket printers."""


@printer.command("test")
@click.argument("url")
@click.option("--profile", default="generic-80", show_default=True, help="The printer's model.")
@click.option("--language", default="es", show_default=True, help="Language of the ticket.")
@plainly
def test_printer(url: str, profile: str, language: str) -> None:
    """Print a sample ticket at URL and say how it ended; 0 only if it was printed or sent.

    URL is tcp://host:port, serial:///dev/…?baudrate=…, usb://vendor:product, lp://queue or
    file:///dev/usb/lp0. The ticket goes through the real spool, on a scratch store.
    """
    import asyncio
    import logging

    from turnero.printer.trial import trial
    from turnero.printer.trial_words import sentences
    from turnero.web.languages import LANGUAGES

    if language not in LANGUAGES:
        fail(f"there is no such language: {language}; it is one of {', '.join(LANGUAGES)}")
    logging.getLogger("turnero.printer").setLevel(logging.ERROR)  # the rest is said below
    found = asyncio.run(trial(url, profile, language))
    for line in sentences(found, url.partition(":")[0]):
        click.echo(line)
    sys.exit(0 if found.well else WRONG)

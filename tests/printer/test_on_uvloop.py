"""The network transport on the loop that the programs run on, which is stricter than asyncio's."""

import asyncio
import time

import uvloop

from tests.peers.ends import PrinterOnTcp
from tests.printer.machines import LIMITS
from turnero.printer.port import Outcome, Result
from turnero.printer.profiles import profile_named
from turnero.printer.transports import open_printer
from turnero.printer.virtual import VirtualPrinter


def test_a_printer_that_confirms_nothing_has_its_connection_closed_twice_and_is_told_as_sent() -> (
    None
):
    async def printed() -> tuple[Outcome, int]:
        machine = VirtualPrinter("hall", now_ms=lambda: time.time_ns() // 1_000_000)
        server = PrinterOnTcp(machine)
        await server.start()
        printer = open_printer(server.url, profile_named("generic-80"), limits=LIMITS)
        outcome = await printer.send(b"\x1b@A047\n\x1dV\x00")
        await server.stop()
        return outcome, len(machine.papers)

    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        assert runner.run(printed()) == (Outcome(Result.SENT), 1)

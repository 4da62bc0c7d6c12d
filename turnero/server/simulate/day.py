"""What happens on the simulated day: people come, desks work, and everything that a day can bring.

Breaks, a hand-over, a take-over, a service closed at noon, an emergency, a line moved, calls
for help answered and not, people who step out, numbers on paper, a kiosk that tells late.
"""

from typing import Final

from turnero.queue import requests
from turnero.queue.commands import (
    by_hand,
    corrections,
    late,
    leases,
    lines,
    messages,
    moves,
    pauses,
    steps,
)
from turnero.queue.commands import help as helping
from turnero.queue.commands.issue import issue
from turnero.queue.numbers import local
from turnero.server.simulate.desks import Desk, Hall
from turnero.server.simulate.engine import SITE, Engine
from turnero.server.simulate.site import DESKS, SERVICES, START_MS, ZONE
from turnero.store import devices

#: people who want a ticket; some come to a service that is closed
TICKETS: Final = 1550
_HOUR_MS: Final = 3_600_000
_MINUTE_MS: Final = 60_000
#: hour of the clock → part of the day's arrivals
_ARRIVALS: Final = {
    6: 0.04,
    7: 0.15,
    8: 0.17,
    9: 0.15,
    10: 0.12,
    11: 0.09,
    12: 0.06,
    13: 0.06,
    14: 0.07,
    15: 0.06,
    16: 0.03,
}
_SUPERVISOR: Final = "user:90"
_GREETER: Final = "user:91"
_KIOSK: Final = "token:1"


class Day:
    """Puts a day's events on an engine."""

    def __init__(self, engine: Engine, tickets: int = TICKETS) -> None:
        self._engine = engine
        self._hall = Hall(engine)
        self._tickets = tickets
        self._emergency = 0

    def plan(self) -> None:
        """Everything that is known in the morning."""
        chance = self._engine.chance
        for hour, part in _ARRIVALS.items():
            for _ in range(round(part * self._tickets)):
                first = 30 if hour == 6 else 0  # noqa: PLR2004 - the doors open at half past six
                minute = chance.uniform(first, 60)
                self._engine.at(_at(hour, minute), self._arrives)
        for number in DESKS:
            desk = Desk(self._hall, number, f"user:{100 + number}")
            self._hall.desks[number] = desk
            self._engine.at(_at(7, chance.uniform(-6, 4)), desk.opens)
            self._engine.at(_at(17, 30 + chance.uniform(0, 5)), desk.goes_home)
            desk.breaks = [
                (_at(9, 30 + chance.uniform(0, 90)), 15, "Pausa"),
                (_at(12, chance.uniform(0, 120)), 45, "Almuerzo"),
            ]
        for minute in range(40, 70):
            self._engine.at(_at(6, minute) - 5000, self._devices_speak)
        at = self._engine.at
        at(_at(6, 5), self._sets_aside)
        at(_at(9, 15), lambda: self._help(answered_s=40))
        at(_at(10, 40), self._emergency_begins)
        at(_at(10, 48), self._emergency_ends)
        at(_at(12, 0), self._closes_x_rays)
        at(_at(13, 0), self._hands_over)
        at(_at(14, 2), lambda: self._help(answered_s=75))
        at(_at(14, 20), self._takes_over)
        at(_at(8, 40), self._moves_line)
        at(_at(18, 0), self._enters_log)
        at(_at(20, 20), self._tells_late)

    # --- people -------------------------------------------------------------------------------

    async def _arrives(self) -> None:
        engine, chance = self._engine, self._engine.chance
        (service,) = chance.choices(list(SERVICES), [part for part, _ in SERVICES.values()])
        preferential = chance.random() < 0.18  # noqa: PLR2004 - older people, pregnant women…
        taken = await engine.do(
            issue,
            requests.Issue(
                service=service,
                attention="preferential" if preferential else None,
                language=chance.choices(["es", "en"], [0.96, 0.04])[0],
                channel="kiosk",
                place=chance.choice(["k1", "k2"]),
                people=chance.choices([1, 2, 3, 4], [0.9, 0.06, 0.03, 0.01])[0],
            ),
            _KIOSK,
        )
        if taken is None:
            return
        self._hall.came(service, taken.ticket)
        what = chance.random()
        if what < 0.015:  # noqa: PLR2004 - leaves
            engine.soon(chance.uniform(120, 1800), lambda: self._move(moves.cancel, taken.ticket))
        elif what < 0.04:  # noqa: PLR2004 - goes out for a while
            engine.soon(chance.uniform(60, 400), lambda: self._steps_out(service, taken.ticket))
        elif what < 0.05:  # noqa: PLR2004 - took the wrong class
            engine.soon(60, lambda: self._corrects(taken.ticket))

    async def _steps_out(self, service: str, ticket: str) -> None:
        out = await self._engine.do(steps.step_out, requests.TicketMove(ticket), _KIOSK)
        if out is not None and self._engine.chance.random() < 0.75:  # noqa: PLR2004 - in time
            later = self._engine.chance.uniform(180, 1100)
            self._engine.soon(later, lambda: self._comes_back(service, ticket))

    async def _comes_back(self, service: str, ticket: str) -> None:
        await self._engine.do(moves.return_ticket, requests.TicketMove(ticket), _KIOSK)
        self._hall.came(service, ticket)

    async def _corrects(self, ticket: str) -> None:
        request = requests.Correct(ticket, "adulto mayor", attention="preferential")
        await self._engine.do(corrections.correct, request, _GREETER)

    async def _move(self, command: object, ticket: str) -> None:
        await self._engine.do(command, requests.TicketMove(ticket), _KIOSK)  # type: ignore[arg-type]

    # --- the house ----------------------------------------------------------------------------

    async def _devices_speak(self) -> None:
        """Heartbeats around the opening; the printer has paper only from five to seven on."""
        engine = self._engine
        paper = "ok" if engine.now_ms >= _at(6, 55) else "out"
        said = {"printer": f'{{"paper":"{paper}"}}', "board": '{"sound":"ok"}', "kiosk": "{}"}
        for device in await engine.ledger.read(devices.of_site, SITE):
            await engine.do(devices.beat, devices.Beat(device.id, said[device.kind]), "system")

    async def _sets_aside(self) -> None:
        for service, count, place in (("caja", 24, "paper"), ("muestras", 10, "k2")):
            request = requests.LeaseNumbers(service=service, count=count, place=place)
            await self._engine.do(leases.lease, request, _SUPERVISOR)

    async def _help(self, answered_s: float) -> None:
        asked = await self._engine.do(helping.ask_help, requests.AskHelp("k1", "unwell"), _KIOSK)

        async def answered() -> None:
            request = requests.AckHelp(help=asked.help)
            await self._engine.do(helping.acknowledge_help, request, _GREETER)

        self._engine.soon(answered_s, answered)

    async def _emergency_begins(self) -> None:
        words = {"es": "Evacúe la sala A con calma por la puerta norte."}
        request = requests.ShowMessage(sort="emergency", texts=words, zones=("a",))
        shown = await self._engine.do(messages.show, request, _SUPERVISOR)
        self._emergency = shown.message

    async def _emergency_ends(self) -> None:
        await self._engine.do(messages.end, requests.EndMessage(self._emergency), _SUPERVISOR)
        self._hall.wake_all()

    async def _closes_x_rays(self) -> None:
        words = {"es": "Rayos X no atiende más por hoy."}
        request = requests.PauseService(service="rayos", text=words)
        await self._engine.do(pauses.pause_service, request, _SUPERVISOR)

    async def _hands_over(self) -> None:
        """The agent of desk 3 leaves a word; another one comes five minutes later."""
        await self._hall.desks[3].hands_over("Falta papel en la impresora.", "user:121", 300)

    async def _takes_over(self) -> None:
        await self._hall.desks[12].is_taken_over("user:122")

    async def _moves_line(self) -> None:
        request = requests.MoveLine(origin="caja", service="admision")
        await self._engine.do(lines.move_line, request, _SUPERVISOR)
        self._hall.wake_all()

    async def _enters_log(self) -> None:
        for n, minute in (("C001", 0), ("C002", 6)):
            called_ms = _at(11, minute)
            request = requests.HandCall(n, "caja", "sim.7", called_ms, called_ms + 4 * _MINUTE_MS)
            await self._engine.do(by_hand.enter, request, _SUPERVISOR)

    async def _tells_late(self) -> None:
        for n, minute in (("L001", 10), ("L002", 40)):
            request = requests.Upload("muestras", n, _at(16, minute), "k2", verified=minute > 30)  # noqa: PLR2004 - one of each
            await self._engine.do(late.upload, request, _KIOSK)


def _at(hour: int, minute: float) -> int:
    """That hour of the day, UTC."""
    start = local(START_MS, ZONE)
    return START_MS + (hour - start.hour) * _HOUR_MS + round(minute * _MINUTE_MS)

"""A stand-in for a telephone service on the internet: its REST interface, its telephones, its webhooks.

It follows what the service's documentation says, as far as Turnero uses it: calls ring the
telephones of `simulated.telephones`, quicker, what it is told as XML is done, and each
step is told by a signed form. It is no proof of how the real one behaves.
"""

import asyncio
import itertools
import json
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit
from xml.etree import ElementTree as ET

from turnero.telephony.cloud.signatures import form_signature
from turnero.telephony.exchange import Extension, Outcome, Phone
from turnero.telephony.simulated.telephones import telephone

TOKEN = "the account's secret"
ACCOUNT = "AC" + "0" * 32
PUBLIC = "https://turnos.hospital.example"
_sids = itertools.count(1)

#: gets path with query, the form's body and the signature; gives status and body
Reach = Callable[[str, bytes, str], Any]

#: how a call ends that nobody answered: the word of the service
ENDS = {
    Outcome.BUSY: "busy",
    Outcome.DECLINED: "busy",
    Outcome.BAD_NUMBER: "failed",
    Outcome.TRUNK_FAULT: "failed",
    Outcome.NO_ANSWER: "no-answer",
}


@dataclass
class Call:
    """One call at the service."""

    sid: str
    to: str
    status: str = "queued"
    answered: str = ""
    callback: str = ""
    keys: list[str] = field(default_factory=list)
    task: asyncio.Task[None] | None = None
    order: asyncio.Queue[str] = field(default_factory=asyncio.Queue)
    room: str | None = None
    #: hangs up after so many seconds with another
    parts_s: float | None = None
    sequence: int = 0


class Service:
    """See the module's text. `reach` brings a webhook to us."""

    def __init__(self) -> None:
        self.reach: Reach | None = None
        self.calls: dict[str, Call] = {}
        #: every webhook: path, body, signature
        self.told: list[tuple[str, bytes, str]] = []
        #: whether webhooks are sent at all
        self.mute = False
        #: how the next requests to place go: "lost" (the answer), "never came" (it), or a status
        self.next_place: list[str | int] = []
        self.placed = 0
        self._server: asyncio.Server | None = None
        self.url = ""

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    async def stop(self) -> None:
        for call in self.calls.values():
            if call.task is not None:
                call.task.cancel()
        assert self._server is not None
        self._server.close()

    # --- REST ----------------------------------------------------------------------------------

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode()
                line, *headers = head.split("\r\n")
                method, target, _ = line.split(" ")
                given = dict(one.lower().split(": ", 1) for one in headers if ": " in one)
                body = await reader.readexactly(int(given.get("content-length", 0)))
                status, answer = self._answer(method, target, body, given)
                if status == 0:
                    break
                said = json.dumps(answer).encode()
                writer.write(
                    f"HTTP/1.1 {status} X\r\nContent-Length: {len(said)}\r\n\r\n".encode() + said
                )
                await writer.drain()
        writer.close()

    def _answer(
        self, method: str, target: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, Any]:
        if not headers.get("authorization", "").startswith("basic "):
            return 401, {}
        parts = urlsplit(target)
        form = parse_qs(body.decode())
        name = parts.path.removeprefix(f"/2010-04-01/Accounts/{ACCOUNT}")
        if name == ".json":
            return 200, {"status": "active"}
        if name == "/Calls.json" and method == "POST":
            return self._place(form)
        if name == "/Calls.json":
            wanted = parse_qs(parts.query)["Status"][0]
            found = [call for call in self.calls.values() if call.status == wanted]
            return 200, {"calls": [{"sid": call.sid, "status": call.status} for call in found]}
        return self._call(method, name, form)

    def _call(self, method: str, name: str, form: dict[str, list[str]]) -> tuple[int, Any]:
        call = self.calls.get(name.removeprefix("/Calls/").removesuffix(".json"))
        if call is None:
            return 404, {}
        if method == "POST":
            if call.status in {"completed", "busy", "failed", "no-answer", "canceled"}:
                return 400, {"code": 21220}
            if "Twiml" in form:
                call.order.put_nowait(form["Twiml"][0])
            else:
                self._hang_up(call)
        return 200, {"sid": call.sid, "status": call.status}

    def _place(self, form: dict[str, list[str]]) -> tuple[int, Any]:
        answer = self.next_place.pop(0) if self.next_place else 201
        if isinstance(answer, int) and answer != 201 and answer < 500:
            return answer, {}
        if answer == "never came":
            return 0, {}
        self.placed += 1
        call = Call(
            f"CA{next(_sids):032x}",
            form["To"][0],
            answered=form["Url"][0],
            callback=form["StatusCallback"][0],
        )
        self.calls[call.sid] = call
        call.task = asyncio.ensure_future(self._ring(call, int(form["Timeout"][0])))
        return (0 if answer == "lost" else int(answer)), {"sid": call.sid, "status": "queued"}

    # --- telephones ----------------------------------------------------------------------------

    async def _ring(self, call: Call, ring_s: int) -> None:
        name, _, domain = call.to.removeprefix("sip:").partition("@")
        what = telephone(Extension(name) if domain else Phone(name))
        if what.rings_ms is not None:
            await self._status(call, "ringing")
        if what.refusal is not None:
            await self._over(call, ENDS[what.refusal.outcome], what.refusal.cause)
        elif what.acts_ms is None:
            await asyncio.sleep(ring_s)
            await self._over(call, "failed" if what.rings_ms is None else "no-answer", "")
        else:
            await asyncio.sleep(0.05)
            call.keys = [*what.presses]
            call.parts_s = None if what.parts_ms is None else 0.2
            await self._status(call, "in-progress")
            await self._follow(call, await self._tell(call, call.answered, {}))

    async def ring_in(
        self, caller: str, keys: Sequence[str] = (), called: str = "+5116117300"
    ) -> Call:
        """Somebody rings a number of the account."""
        call = Call(f"CA{next(_sids):032x}", called, status="ringing", keys=[*keys])
        call.callback = f"{PUBLIC}/hooks/cloud/in-status"
        self.calls[call.sid] = call

        async def going() -> None:
            order = await self._tell(call, f"{PUBLIC}/hooks/cloud/in", {"From": caller})
            await self._follow(call, order)

        call.task = asyncio.ensure_future(going())
        return call

    async def hang_up(self, call: Call) -> None:
        """The person at the other end does."""
        self._hang_up(call)
        await asyncio.sleep(0)

    def _hang_up(self, call: Call) -> None:
        was_up = call.status == "in-progress"
        if call.task is not None:
            call.task.cancel()
        call.task = asyncio.ensure_future(
            self._over(call, "completed" if was_up else "canceled", "")
        )

    async def _over(self, call: Call, status: str, sip: str) -> None:
        room, call.room = call.room, None
        call.status = status
        if room is not None:
            await self._room(call, room, "participant-leave")
            for other in self.calls.values():
                if other.room == room:
                    other.room = None
                    other.order.put_nowait("left")
        await self._status(call, status, sip)

    async def _follow(self, call: Call, order: str) -> None:
        """Do what the XML says, until another order comes."""
        after = ""
        while True:
            root = ET.fromstring(order)  # noqa: S314 - our own
            following = asyncio.ensure_future(self._do(call, root))
            came = asyncio.ensure_future(call.order.get())
            await asyncio.wait({following, came}, return_when=asyncio.FIRST_COMPLETED)
            if came.done():
                following.cancel()
                if call.status == "ringing":
                    call.status = "in-progress"
                if came.result() == "left":
                    await self._room(call, after, "participant-leave")
                    order = await self._tell(call, root.findtext("Redirect") or "", {})
                else:
                    order = came.result()
                    dial = ET.fromstring(order).find("Dial/Conference")  # noqa: S314 - our own
                    after = "" if dial is None else dial.get("statusCallback", "")
            else:
                came.cancel()
                order = following.result()

    async def _do(self, call: Call, root: ET.Element) -> str:
        gather = root.find("Gather")
        room = root.find("Dial/Conference")
        next_ = root.findtext("Redirect") or ""
        if gather is not None:
            await asyncio.sleep(0.02)
            keys = call.keys.pop(0) if call.keys else ""
            if not keys:
                await asyncio.sleep(int(gather.get("timeout", "5")) / 10)
            if ends := gather.get("finishOnKey"):
                keys = keys.partition(ends)[0]
            pressed = {"Digits": keys[: int(gather.get("numDigits", "1"))]}
            return await self._tell(call, gather.get("action", ""), pressed)
        if room is not None:
            call.room = room.get("statusCallback", "")
            await self._room(call, call.room, "participant-join")
            if call.parts_s is not None:
                await asyncio.sleep(call.parts_s)
                self._hang_up(call)
            await asyncio.Event().wait()
        if root.find("Pause") is not None:
            await asyncio.sleep(60)
        return await self._tell(call, next_, {})

    # --- webhooks ------------------------------------------------------------------------------

    async def _status(self, call: Call, status: str, sip: str = "") -> None:
        call.status = status
        call.sequence += 1
        if call.callback:
            more = {"SequenceNumber": str(call.sequence), "SipResponseCode": sip}
            more["Timestamp"] = format_datetime(datetime.now(UTC))
            await self._tell(call, call.callback, more)

    async def _room(self, call: Call, address: str, what: str) -> None:
        await self._tell(call, address, {"StatusCallbackEvent": what})

    async def _tell(self, call: Call, address: str, form: dict[str, str]) -> str:
        """A signed form; what it is answered."""
        fields = {"CallSid": call.sid, "To": call.to, "CallStatus": call.status, **form}
        body = urlencode(fields).encode()
        path = address.removeprefix(PUBLIC)
        signature = form_signature(TOKEN, address, list(fields.items()))
        self.told.append((path, body, signature))
        if self.mute or self.reach is None:
            return "<Response><Pause/></Response>"
        answer: bytes = await self.reach(path, body, signature)
        return answer.decode() or "<Response/>"

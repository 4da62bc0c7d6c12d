"""Webhooks become events: each once, only forwards, only of the call that is meant.

The service asks what to do next and wants its answer at once: nothing here waits. What a webhook
says twice, late or out of order changes nothing; it is answered all the same.
"""

from collections.abc import Callable
from typing import Final

from turnero.store.errors import NotFound
from turnero.telephony.cloud import twiml
from turnero.telephony.cloud.book import Book, Row
from turnero.telephony.cloud.signatures import Fields, check_time, digest_of, stamp_of, time_of
from turnero.telephony.exchange import (
    Answered,
    Digit,
    Ended,
    Event,
    Inbound,
    Joined,
    Outcome,
    Parted,
    Phone,
    PromptDone,
    Ringing,
    Stage,
)

#: where the service reaches us, below the public address
BASE: Final = "/hooks/cloud"

#: its word for the state of a call → ours
STAGES: Final = {
    "queued": Stage.CALLING,
    "initiated": Stage.CALLING,
    "ringing": Stage.RINGING,
    "in-progress": Stage.UP,
    "answered": Stage.UP,
    "completed": Stage.ENDED,
    "busy": Stage.ENDED,
    "no-answer": Stage.ENDED,
    "canceled": Stage.ENDED,
    "failed": Stage.ENDED,
}
_ORDER: Final = tuple(Stage)
#: what a SIP answer means, where the service tells it
_SIP: Final = {
    "486": Outcome.BUSY,
    "600": Outcome.BUSY,
    "603": Outcome.DECLINED,
    "404": Outcome.BAD_NUMBER,
    "410": Outcome.BAD_NUMBER,
    "484": Outcome.BAD_NUMBER,
}
_STATUS: Final = {
    "completed": Outcome.ANSWERED,
    "busy": Outcome.BUSY,
    "no-answer": Outcome.NO_ANSWER,
    "canceled": Outcome.CANCELLED,
    "failed": Outcome.TRUNK_FAULT,
}
#: how ids of legs begin that rang us
_INBOUND: Final = "in-"
_KEYS: Final = frozenset("0123456789*#")


class Hearing:
    """See the module's text. `emit` takes events; `public_address` begins every address."""

    def __init__(self, book: Book, public_address: str, emit: Callable[[Event], None]) -> None:
        self._book = book
        self._public = public_address.rstrip("/")
        self._emit = emit
        #: legs that we hung up
        self.hung_up: set[str] = set()

    def address(self, row: Row, what: str) -> str:
        """Where the service asks or tells of a leg. It names the call, since ids serve again."""
        return f"{self._public}{BASE}/{row.id}/{what}?g={row.at_ms}"

    def room(self, one: str, other: str) -> str:
        """Where it tells who is in a room."""
        return f"{self._public}{BASE}/room/{one}/{other}"

    def hear(self, path: str, query: str, fields: Fields, now_ms: int) -> bytes:
        """One webhook whose signature holds: what it is answered.

        `path` is below `BASE`. Raises `Refused` ("hook-late", "hook-unreadable") and `NotFound`.
        """
        form = dict(fields)
        if (stamp := stamp_of(fields)) is not None:
            check_time(time_of(stamp), now_ms)
        address = f"{path}?{query}" if query else path
        fresh = self._book.first_time(digest_of(address, fields), now_ms)
        match path.strip("/").split("/"):
            case ["in"]:
                return self._inbound(form, now_ms)
            case ["in-status"]:
                row = self._book.of_sid(form.get("CallSid", ""))
                if row is not None and fresh:
                    self._status(row, form)
                return b""
            case ["room", one, other]:
                if fresh:
                    self._in_room(one, other, form)
                return b""
            case [leg, what, *rest] if what in {"answered", "status", "wait", "said", "digits"}:
                known = self._meant(leg, query, form.get("CallSid", ""))
                if known is None:
                    # A call of an id that serves another one now, or of a leg that is over.
                    return b"" if what == "status" else twiml.hang_up()
                return self._of_leg(known, what, rest, form, fresh=fresh)
            case _:
                raise NotFound("hook-unknown")

    def moved(self, row: Row, status: str, sip: str = "") -> Row:
        """A call came into this state of the service's: forwards only. Emits, and gives the leg."""
        stage = STAGES.get(status)
        was = Stage(row.stage)
        if stage is None or _ORDER.index(stage) <= _ORDER.index(was):
            return row
        new = row._replace(stage=stage.value, rang=row.rang or stage is Stage.RINGING)
        if stage is Stage.ENDED:
            outcome = self._outcome(row, status, sip)
            new = new._replace(outcome=outcome.value, joined=None)
        self._book.put(new)
        match stage:
            case Stage.RINGING:
                self._emit(Ringing(row.id))
            case Stage.UP:
                self._emit(Answered(row.id))
            case Stage.ENDED:
                self._parted(row)
                self.hung_up.discard(row.id)
                self._emit(Ended(row.id, Outcome(new.outcome or ""), sip or status, new.rang))
            case _:
                pass
        return new

    def lost(self, row: Row) -> Row:
        """The service has no such call: nobody can say how it ended."""
        new = row._replace(stage=Stage.ENDED.value, outcome=Outcome.UNKNOWN.value, joined=None)
        self._book.put(new)
        self._parted(row)
        self.hung_up.discard(row.id)
        self._emit(Ended(row.id, Outcome.UNKNOWN, "lost", row.rang))
        return new

    def _outcome(self, row: Row, status: str, sip: str) -> Outcome:
        if row.stage == Stage.UP:
            return Outcome.ANSWERED
        if row.id in self.hung_up:
            return Outcome.CANCELLED
        if status == "canceled" and row.id.startswith(_INBOUND):
            return Outcome.NO_ANSWER  # who rang gave up
        if status == "completed":
            return Outcome.ANSWERED
        return _SIP.get(sip) or _STATUS.get(status, Outcome.UNKNOWN)

    def _meant(self, leg: str, query: str, sid: str) -> Row | None:
        """The leg, if it is this call that is spoken of; its id is noted if it was not known."""
        row = self._book.leg(leg)
        if row is None or query != f"g={row.at_ms}" or row.stage == Stage.ENDED:
            return None
        if row.sid is None and sid:
            row = row._replace(sid=sid)
            self._book.put(row)
        return row if row.sid == sid else None

    def _of_leg(
        self, row: Row, what: str, rest: list[str], form: dict[str, str], *, fresh: bool
    ) -> bytes:
        if what == "status":
            if fresh:
                self._status(row, form)
            return b""
        if what == "wait" and row.prompt == 0 and row.id.startswith(_INBOUND):
            return twiml.hang_up()  # who was to speak to them died, or is stuck
        if what == "answered":
            row = self.moved(row, "in-progress")
        elif what in {"said", "digits"} and fresh and rest == [str(row.prompt)]:
            for key in form.get("Digits", ""):
                if key in _KEYS:
                    self._emit(Digit(row.id, key))
            self._emit(PromptDone(row.id))
        return twiml.wait(self.address(row, "wait"))

    def _status(self, row: Row, form: dict[str, str]) -> None:
        self.moved(row, form.get("CallStatus", ""), form.get("SipResponseCode", ""))

    def _inbound(self, form: dict[str, str], now_ms: int) -> bytes:
        sid = form.get("CallSid", "")
        row = self._book.of_sid(sid)
        if not sid or not sid.isalnum():
            raise NotFound("hook-unknown")
        if row is None:
            row = Row.new(f"{_INBOUND}{sid.lower()}"[:40], sid, now_ms, rings=True)
            self._book.put(row)
            self._emit(Inbound(row.id, _caller(form.get("From", "")), form.get("To", "")))
        return twiml.wait(self.address(row, "wait"))

    def _in_room(self, one: str, other: str, form: dict[str, str]) -> None:
        row = self._book.of_sid(form.get("CallSid", ""))
        if row is None or row.id not in {one, other} or row.stage == Stage.ENDED:
            return
        beside = self._book.leg(other if row.id == one else one)
        match form.get("StatusCallbackEvent"):
            case "participant-join" if beside is not None:
                self._book.put(row._replace(joined=beside.id))
                if beside.joined == row.id and row.joined is None:
                    self._emit(Joined(one, other))
            case "participant-leave":
                self._parted(row)
            case _:
                pass

    def _parted(self, row: Row) -> None:
        """It hears the other no more."""
        beside = self._book.leg(row.joined) if row.joined is not None else None
        now = self._book.leg(row.id)
        if now is not None and now.joined is not None:
            self._book.put(now._replace(joined=None))
        if beside is not None and beside.joined == row.id:
            self._book.put(beside._replace(joined=None))
            self._emit(Parted(row.id, beside.id))


def _caller(text: str) -> Phone | None:
    """The number of who rings; None where it is withheld or none."""
    digits = text.removeprefix("+")
    if text.startswith("+") and digits.isascii() and digits.isdigit() and 7 <= len(digits) <= 15:  # noqa: PLR2004 - E.164
        return Phone(text)
    return None

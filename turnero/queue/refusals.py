"""Every refusal of the line, in one place: its code, its figures, its HTTP status.

`web/problems.py` has a sentence for each code; `CODES` is the list it is tested against.
Numbers and keys of one's own site may be figures; names and secret codes may not.
"""

from typing import Final

from turnero.store.errors import Invalid, NotFound, Refused

#: code → the figures it carries
CODES: Final[dict[str, tuple[str, ...]]] = {
    # What was named is not there: 404.
    "site-unknown": ("site",),
    "service-unknown": ("service",),
    "attention-unknown": ("attention",),
    "desk-unknown": ("desk",),
    "device-unknown": ("key",),
    "ticket-unknown": (),
    "help-unknown": (),
    "handover-unknown": (),
    "alarm-unknown": (),
    "kiosk-unknown": ("kiosk",),
    "message-unknown": (),
    "phone-unknown": (),
    "callback-unknown": (),
    # Never right, whatever the state: 422.
    "service-is-group": ("service",),
    "attention-clinical": ("attention",),
    "attention-not-here": ("attention",),
    "language-unknown": ("language",),
    "people-out-of-range": ("max",),
    "origin-unknown": ("known",),
    "due-needed": ("origin",),
    "due-out-of-range": (),
    "outcome-unknown": ("outcome", "known"),
    "reason-missing": (),
    "handover-empty": (),
    "transfer-target": (),
    "onward-unknown": ("onward", "known"),
    "question-unknown": (),
    "answer-out-of-range": (),
    "too-many-reasons": ("max",),
    "reason-unknown": ("reason", "known"),
    "comment-too-long": ("max", "length"),
    "need-unknown": ("known",),
    "text-unreadable": ("field",),
    "text-too-long": ("field", "max", "length"),
    "text-missing": (),
    "until-past": (),
    "after-out-of-range": ("max",),
    "zone-unknown": ("zone", "known"),
    "message-service": (),
    "line-same": ("service",),
    "service-twice": ("service",),
    "desk-without-service": ("desk",),
    "site-file": ("key", "what"),
    "site-file-line": ("line", "key", "what"),
    "count-out-of-range": ("max",),
    "day-unreadable": ("day",),
    "day-out-of-range": ("day", "days"),
    "hand-call-times": (),
    "callback-relation": ("known",),
    "callback-left-over": ("known",),
    "callback-outcome": ("known",),
    "callback-hours": (),
    "hand-call-old": ("days",),
    # Not in the present state: 409.
    "number-not-leased": ("number", "service", "day"),
    "number-taken": ("number", "day"),
    "service-closed": ("service",),
    "service-closed-until": ("service", "opens"),
    "service-closed-day": ("service", "why", "opens"),
    "service-paused": ("service", "says"),
    "service-paused-until": ("service", "until", "says"),
    "service-not-paused": ("service",),
    "kiosk-paused": ("kiosk", "says"),
    "kiosk-paused-until": ("kiosk", "until", "says"),
    "kiosk-not-paused": ("kiosk",),
    "line-moving": ("service",),
    "message-over": (),
    "emergency-on": ("desk",),
    "service-last-desk": ("service", "waiting"),
    "prefixes-sound-alike": ("desk", "letters"),
    "quota-reached": ("service", "quota"),
    "service-has-waiting": ("service", "waiting"),
    "move-illegal": ("move", "state", "number"),
    "ticket-not-here": ("number", "desk"),
    "no-show-too-soon": ("number", "done", "needed", "wait_s"),
    "return-too-late": ("number", "minutes"),
    "return-used": ("number",),
    "transfer-same": ("number",),
    "callback-not-there": ("service",),
    "correct-nothing": ("number",),
    "outcome-missing": ("number", "known"),
    "step-closed": ("number", "service"),
    "step-paused": ("number", "service"),
    "step-no-desk": ("number", "service"),
    "step-gone": ("number", "service"),
    "path-over": ("number",),
    "path-not-there": ("number", "service"),
    "path-has-step": ("number", "service"),
    "path-full": ("number", "most"),
    "path-not-over": ("number",),
    "undo-nothing": (),
    "undo-too-late": ("seconds",),
    "undo-touched": ("number",),
    "already-rated": ("number", "question"),
    "help-acknowledged": (),
    "handover-read": (),
    "alarm-ended": (),
    "alarm-seen": (),
    "desk-closed": ("desk",),
    "desk-on-break": ("desk",),
    "desk-not-on-break": ("desk",),
    "desk-open": ("desk",),
    "desk-taken": ("desk",),
    "agent-elsewhere": ("desk",),
    "desk-serving": ("desk", "number"),
    "desk-has-waiting": ("desk", "waiting"),
    "desk-has-parked": ("desk", "parked"),
    "attention-has-waiting": ("attention", "waiting"),
    "draft-changed": (),
    "callback-not-offered": ("service",),
    "callback-no-hours": ("service",),
    "callback-already": ("number",),
    "callback-none": ("number",),
    "callback-too-many": ("most",),
    "callback-not-so": (),
    "callback-under-way": ("number",),
    "callback-waits-too": ("number",),
    "callback-by-phone": ("number",),
    "dialling-elsewhere": (),
    "dialling-closed": (),
}


def refused(code: str, **params: str | int) -> Refused:
    """A refusal that depends on the present state (409)."""
    return Refused(code, 409, **params)


def invalid(code: str, **params: str | int) -> Invalid:
    """A request that can never be right (422)."""
    return Invalid(code, **params)


def unknown(code: str, **params: str | int) -> NotFound:
    """Something named that does not exist at this site (404)."""
    return NotFound(code, **params)


def move_illegal(move: str, state: str, number: str) -> Refused:
    """This move does not exist in the ticket's state; states.MOVES says which do."""
    return Refused("move-illegal", move=str(move), state=str(state), number=number)

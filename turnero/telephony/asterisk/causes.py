"""Why a leg ended, from what Asterisk says: data, measured on Asterisk 22.

`DIALSTATUS` is not looked at: it calls 603, 404, 480 and 500 alike "no answer". What counts is the far
end's SIP status where the dialplan could hand it on (TURNERO_SAID: "SIP 486 Busy Here"), else the Q.850
cause, and for cause 19 whether it had rung.
"""

import re
from typing import Final

from turnero.telephony.exchange import Outcome

#: SIP status → outcome
BY_STATUS: Final = {
    486: Outcome.BUSY,
    600: Outcome.BUSY,
    404: Outcome.BAD_NUMBER,
    410: Outcome.BAD_NUMBER,
    484: Outcome.BAD_NUMBER,
    604: Outcome.BAD_NUMBER,
    603: Outcome.DECLINED,
    # switched off, or nobody there in time: about the person, not about the way
    480: Outcome.NO_ANSWER,
    487: Outcome.NO_ANSWER,
    403: Outcome.TRUNK_FAULT,
    408: Outcome.TRUNK_FAULT,
    488: Outcome.TRUNK_FAULT,
}
#: Q.850 cause → outcome, where no status came with it
BY_CAUSE: Final = {
    1: Outcome.BAD_NUMBER,  # unallocated
    22: Outcome.BAD_NUMBER,  # number changed
    28: Outcome.BAD_NUMBER,  # incomplete
    17: Outcome.BUSY,
    21: Outcome.DECLINED,
    2: Outcome.TRUNK_FAULT,  # no route to the network
    3: Outcome.TRUNK_FAULT,  # no route: also a dead trunk that Asterisk knows to be dead
    18: Outcome.TRUNK_FAULT,  # nobody responds
    20: Outcome.TRUNK_FAULT,  # not registered
    27: Outcome.TRUNK_FAULT,  # out of order
    34: Outcome.TRUNK_FAULT,  # congestion
    38: Outcome.TRUNK_FAULT,  # network out of order
    41: Outcome.TRUNK_FAULT,
    42: Outcome.TRUNK_FAULT,
    44: Outcome.TRUNK_FAULT,
    50: Outcome.TRUNK_FAULT,
    52: Outcome.TRUNK_FAULT,  # barred by the dialplan's list
    58: Outcome.TRUNK_FAULT,
    102: Outcome.TRUNK_FAULT,
    127: Outcome.TRUNK_FAULT,
}
#: every other status of this hundred
_FAULTS: Final = range(500, 600)
_ALERTED: Final = 19
#: the word for a leg of which nothing came back at all, where it never rang
SILENCE: Final = str(_ALERTED)
_STATUS: Final = re.compile(r"SIP (\d{3})")


def outcome(said: str, cause: int, *, rang: bool) -> tuple[Outcome, str]:
    """How an unanswered leg ended that nobody of ours hung up, and a technician's word for it.

    `said`: TURNERO_SAID, "" where nothing was; `cause`: Q.850; `rang`: it had been ringing.
    """
    if found := _STATUS.search(said):
        status = int(found[1])
        if status in _FAULTS:
            return Outcome.TRUNK_FAULT, str(status)
        if status in BY_STATUS:
            return BY_STATUS[status], str(status)
    if cause == _ALERTED:
        # never rung and no status: nothing came back at all
        return (Outcome.NO_ANSWER if rang else Outcome.TRUNK_FAULT), str(cause)
    return BY_CAUSE.get(cause, Outcome.UNKNOWN), str(cause)

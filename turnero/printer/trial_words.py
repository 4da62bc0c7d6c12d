"""How a sample ticket ended, in sentences for whoever stands at the printer with a terminal."""

from typing import Final

from turnero.printer.port import Confirmation, Paper, PrinterState, Reason
from turnero.printer.states import JobState
from turnero.printer.trial import Trial

_STATES: Final = {
    JobState.PRINTED: "printed: the printer says that it has printed the whole ticket",
    JobState.SENT: "sent: the whole ticket was handed over, and nobody can know more",
    JobState.UNKNOWN: "unknown: some of the ticket left, and nobody knows what became of it",
    JobState.FAILED: "failed: nothing of the ticket left",
    JobState.CANCELLED: "cancelled: the ticket was not printed in time",
}
_REASONS: Final = {
    Reason.UNREACHABLE: "nobody answers at this address: check cable, power, and the address",
    Reason.CONNECTION_LOST: "the connection broke under way",
    Reason.TIMED_OUT: "the printer took too long to take the ticket",
    Reason.PAPER_OUT: "it is out of paper",
    Reason.COVER_OPEN: "its cover is open",
    Reason.OFFLINE: "it is offline, or its queue is stopped",
    Reason.BUSY: "another program has the printer: if a server runs here, stop it first",
    Reason.DENIED: "the system does not let this user open the printer (groups dialout, lp; udev)",
    Reason.UNCONFIRMED: "the printer did not say that it had printed it: look whether it did, and "
    "whether the profile is the printer's own",
    Reason.INTERRUPTED: "it was interrupted",
    Reason.TOO_LATE: "the printer was away for too long",
    Reason.TOO_LONG: "the ticket is longer than any ticket",
    Reason.FAULT: "the ticket could not be made: the log says why",
}
_CONFIRMS: Final = {
    Confirmation.PROCESS: "it confirms each ticket by its own id",
    Confirmation.STATUS: "it confirms by answering behind the ticket",
    Confirmation.NONE: "it cannot confirm what it prints",
}
_PAPERS: Final = {
    Paper.PRESENT: "paper is there",
    Paper.NEAR_END: "paper is near its end",
    Paper.OUT: "paper is out",
}


def sentences(found: Trial) -> list[str]:
    """The end and why, then how the printer is."""
    lines = [_STATES[found.state]]
    if found.reason is not None:
        lines.append(f"why: {found.reason}: {_REASONS[Reason(found.reason)]}")
    if found.printer is not None:
        lines.append(f"printer: {_printer(found.printer)}")
    return lines


def _printer(state: PrinterState) -> str:
    if not state.reachable:
        return _REASONS[state.obstacle or Reason.UNREACHABLE]
    if not state.answered:
        return f"it does not say how it is; {_CONFIRMS[state.confirms]}"
    said = ["online" if state.online else "offline"]
    if state.paper is not None:
        said.append(_PAPERS[state.paper])
    if state.cover_open:
        said.append("the cover is open")
    return "; ".join([*said, _CONFIRMS[state.confirms]])

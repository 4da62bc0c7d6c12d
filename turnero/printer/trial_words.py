"""How a sample ticket ended, in sentences for whoever stands at the printer with a terminal."""

from typing import Final

from turnero.printer.port import Confirmation, Paper, PrinterState, Reason
from turnero.printer.states import JobState
from turnero.printer.trial import Trial

_STATES: Final = {
    JobState.PRINTED: "printed: the printer says that it has worked the whole ticket off",
    JobState.SENT: "sent: the whole ticket was handed over, and nobody can know more",
    JobState.UNKNOWN: "unknown: some of the ticket left, and nobody knows what became of it",
    JobState.FAILED: "failed: nothing of the ticket left",
    JobState.CANCELLED: "cancelled: the ticket was not printed in time",
}
_REASONS: Final = {
    Reason.UNREACHABLE: "nobody answers at this address: check cable, power, address and port",
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
#: the same where there is no network
_NOT_THERE: Final = {
    "serial": "there is no such port, or it cannot be set so: ls /dev/serial/by-id names those there are",
    "usb": "there is no such printer on the bus: lsusb names those there are",
    "lp": "there is no such queue, or CUPS does not run: lpstat -p names those there are",
    "file": "there is no such device, or no such folder for a file",
}
_CONFIRMS: Final = {
    Confirmation.PROCESS: "it confirms each ticket by its own id, once printing has completed",
    Confirmation.STATUS: "it answers a question that stands behind each ticket and its cut; "
    "it does not say that the paper has come out",
    Confirmation.NONE: "it cannot confirm what it prints",
}
_PAPERS: Final = {
    Paper.PRESENT: "paper is there",
    Paper.NEAR_END: "paper is near its end",
    Paper.OUT: "paper is out",
}


def sentences(found: Trial, scheme: str = "tcp") -> list[str]:
    """The end and why, then how the printer is, if that says more. `scheme`: of its address."""
    lines = [_STATES[found.state]]
    if found.reason is not None:
        lines.append(f"why: {found.reason}: {_why(Reason(found.reason), scheme)}")
    if found.printer is not None and found.printer.reachable:
        lines.append(f"printer: {_printer(found.printer)}")
    elif found.printer is not None and found.printer.obstacle != found.reason:
        lines.append(f"printer: {_why(found.printer.obstacle or Reason.UNREACHABLE, scheme)}")
    return lines


def _why(reason: Reason, scheme: str) -> str:
    if reason is Reason.UNREACHABLE and scheme in _NOT_THERE:
        return _NOT_THERE[scheme]
    return _REASONS[reason]


def _printer(state: PrinterState) -> str:
    if not state.answered:
        return f"it does not say how it is; {_CONFIRMS[state.confirms]}"
    said = ["online" if state.online else "offline"]
    if state.paper is not None:
        said.append(_PAPERS[state.paper])
    if state.cover_open:
        said.append("the cover is open")
    return "; ".join([*said, _CONFIRMS[state.confirms]])

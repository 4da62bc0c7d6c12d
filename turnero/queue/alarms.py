"""Alarms: what somebody must look at, open until it is over. One at a time for each subject.

Commands raise and end them as part of what they do; whether somebody has seen one is
`commands/alarms.py`. Figures are numbers and keys, never anybody's name.
"""

from typing import Final

import msgspec
from sqlalchemy import bindparam, insert, select, update

from turnero.queue.facts import AlarmEnded, AlarmRaised
from turnero.queue.tables import alarm
from turnero.store.sql import Statement
from turnero.store.tx import Tx

#: a printer says that it lacks paper, is open or off
PRINTER_TROUBLE: Final = "printer-trouble"
#: kind → what its subject is
KINDS: Final = {
    "desk-unattended": "desk",
    "desk-taken-over": "desk",
    "parked-long": "ticket",
    "help-unanswered": "help",
    "not-ready": "site",
    PRINTER_TROUBLE: "printer",
    "kiosk-brought": "kiosk",
    "trunk-fault": "exchange",
    "desk-phone": "desk",
}
#: these tell of something that is over already: seeing one ends it
NOTICES: Final = frozenset({"desk-taken-over", "kiosk-brought"})

_OPEN = Statement(
    select(alarm.c.id, alarm.c.figures).where(
        alarm.c.site == bindparam("site"),
        alarm.c.kind == bindparam("kind"),
        alarm.c.subject == bindparam("subject"),
        alarm.c.ended_ms.is_(None),
    )
)
_NEW = Statement(
    insert(alarm)
    .values(
        {
            alarm.c[name]: bindparam(name)
            for name in ("site", "kind", "subject", "since_ms", "figures")
        }
    )
    .returning(alarm.c.id)
)
_FIGURES = Statement(
    update(alarm).where(alarm.c.id == bindparam("b_id")).values(figures=bindparam("b_figures"))
)
_END = Statement(
    update(alarm).where(alarm.c.id == bindparam("b_id")).values(ended_ms=bindparam("b_now"))
)


def raise_alarm(
    tx: Tx, kind: str, subject: str, figures: dict[str, str | int] | None = None
) -> int:
    """Raise it, or give the one that is open already its newest figures; its id."""
    if kind not in KINDS:
        raise AssertionError(f"an alarm of kind {kind!r} is not among KINDS")
    text = msgspec.json.encode(figures or {}, order="sorted").decode()
    found = tx.row(_OPEN, site=tx.site, kind=kind, subject=subject)
    if found is not None:
        tx.run(_FIGURES, b_id=found.id, b_figures=text)
        return int(found.id)
    (made,) = tx.rows(
        _NEW, site=tx.site, kind=kind, subject=subject, since_ms=tx.line_ms, figures=text
    )
    tx.append(AlarmRaised(alarm=made.id, sort=kind, subject=subject))
    return int(made.id)


def figures_of(tx: Tx, kind: str, subject: str) -> dict[str, str | int]:
    """The figures of the alarm that is open; none where there is none."""
    found = tx.row(_OPEN, site=tx.site, kind=kind, subject=subject)
    return msgspec.json.decode(found.figures) if found is not None else {}


def end_alarm(tx: Tx, kind: str, subject: str) -> bool:
    """It is over; False where none was open."""
    found = tx.row(_OPEN, site=tx.site, kind=kind, subject=subject)
    if found is None:
        return False
    tx.run(_END, b_id=found.id, b_now=tx.line_ms)
    tx.append(AlarmEnded(alarm=found.id, sort=kind, subject=subject))
    return True

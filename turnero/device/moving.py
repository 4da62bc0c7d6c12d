"""A box that belongs to another site, or another server, from now on.

Nothing of the one before may be printed, brought or offered there, and numbers of two servers are
not told apart: what a box keeps of its server is forgotten. Its own key and journal stay.
"""

import logging
from typing import Final

from sqlalchemy import bindparam, delete, or_, select, update

from turnero.device.offline.tables import AT_HAND, box_lease, box_rating, box_ticket
from turnero.device.tables import box_paper, box_state
from turnero.printer import spool
from turnero.printer.states import JobMove
from turnero.printer.tables import print_job
from turnero.store.sql import Statement
from turnero.store.tx import Tx

log = logging.getLogger("turnero.device")

_WAITING: Final = Statement(
    select(print_job.c.id).where(
        print_job.c.site == bindparam("site"),
        or_(print_job.c.state == "queued", print_job.c.state == "failed"),
    )
)
_LOST: Final = Statement(select(box_ticket.c.number).where(AT_HAND).order_by(box_ticket.c.no))
#: jobs that were made are as they are, and the new server is told of none
_STRANGE: Final = Statement(update(box_paper).values(server_job=None))
_GONE: Final = (
    Statement(delete(box_lease)),
    Statement(delete(box_ticket)),
    Statement(delete(box_rating)),
    # how far its own journal was read goes on
    Statement(delete(box_state).where(box_state.c.name.not_like("papers/%"))),
)


def forget(tx: Tx, _request: None) -> None:
    """Command, at the site before: forget it. Papers that wait are cancelled."""
    lost = [row.number for row in tx.rows(_LOST)]
    if lost:
        log.warning("tickets that no server will hear of: %s", ", ".join(lost))
    for row in tx.rows(_WAITING, site=tx.site):
        spool.step(tx, spool.job_row(tx, row.id), JobMove.CANCEL)
    tx.run(_STRANGE)
    for statement in _GONE:
        tx.run(statement)

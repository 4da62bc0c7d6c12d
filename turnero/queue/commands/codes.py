"""A lost ticket: a new secret code, and the old one opens nothing from then on.

The answer names the ticket; whoever may print or show it reads the code (`reads.paper`).
"""

from sqlalchemy import bindparam, select, update

from turnero.queue import rows
from turnero.queue.facts import CodeRenewed
from turnero.queue.requests import Moved, TicketMove
from turnero.queue.states import Move, after
from turnero.queue.tables import ticket
from turnero.store.sql import Statement
from turnero.store.tx import Tx

_OF = Statement(select(ticket.c.code).where(ticket.c.id == bindparam("id")))
_CODE = Statement(
    update(ticket).where(ticket.c.id == bindparam("b_id")).values(code=bindparam("b_code"))
)


def hand_on(tx: Tx, before: str, after_it: str) -> None:
    """A ticket goes on as another: the address in its holder's hands leads to that one."""
    row = tx.row(_OF, id=before)
    if row is None:
        raise AssertionError("a ticket that goes on is not there")
    tx.run(_CODE, b_id=before, b_code=tx.ids.secret())
    tx.run(_CODE, b_id=after_it, b_code=row.code)


def renew(tx: Tx, request: TicketMove) -> Moved:
    """Revoke the code of a ticket that is not over yet, and give it another."""
    held = rows.load(tx, request.ticket, request.at)
    state = after(Move.RENEW, held.state, held.number)
    tx.append(CodeRenewed(ticket=held.id, number=held.number, service=held.service_key))
    # Not a change of the ticket's course: an undo of the press before it stays possible.
    tx.run(_CODE, b_id=held.id, b_code=tx.ids.secret())
    return Moved(held.id, state)

"""Who asked to be rung gives another number. Place, hours and attempts stay as they are."""

from typing import Final

from sqlalchemy import bindparam, update

from turnero.queue import callback_rows as kept
from turnero.queue import refusals
from turnero.queue.call_facts import CallbackChanged
from turnero.queue.call_requests import AskCallback, Asked
from turnero.queue.callback_tables import callback
from turnero.queue.callbacks import WAITS
from turnero.queue.commands.people import keep_phone
from turnero.store.sql import Statement
from turnero.store.tx import Tx

_GIVEN: Final = ("phone", "number_index", "tail", "relation", "may_tell")
_OTHER: Final = Statement(
    update(callback)
    .where(callback.c.id == bindparam("b_id"), callback.c.version == bindparam("b_version"))
    .values(
        {callback.c[name]: bindparam(f"b_{name}") for name in _GIVEN}
        | {callback.c.version: callback.c.version + 1}
    )
)


def other_number(tx: Tx, found: kept.Callback, request: AskCallback) -> Asked:
    """Ring the number of the request instead. Refused while a desk has it, or its person is on the line."""
    if found.stage not in WAITS or found.how in kept.ON_THE_LINE:
        raise refusals.refused("callback-not-so")
    changed = tx.run(
        _OTHER,
        b_id=found.id,
        b_version=found.version,
        b_phone=keep_phone(tx, request.phone),
        b_number_index=request.phone.index,
        b_tail=request.phone.tail,
        b_relation=request.relation,
        b_may_tell=int(request.may_tell),
    )
    if changed != 1:
        raise AssertionError(f"callback {found.id} changed under a command that holds its site")
    tx.append(
        CallbackChanged(
            callback=found.id,
            ticket=found.ticket,
            number=found.number,
            service=found.service_key,
            from_minute=found.from_minute,
            to_minute=found.to_minute,
            left_over=found.left_over,
        )
    )
    return Asked(found.id, found.ticket, found.number)

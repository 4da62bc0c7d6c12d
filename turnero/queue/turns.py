"""Turns of the share that a call takes or passes: kept with the lines, put back by an undo.

What they mean is in routing.py.
"""

from collections.abc import Sequence

import msgspec
from sqlalchemy import bindparam, case, update

from turnero.queue.routing import Head
from turnero.queue.tables import line
from turnero.store.sql import Statement
from turnero.store.tx import Tx

_SET = Statement(
    update(line).where(line.c.id == bindparam("b_id")).values(passed=bindparam("b_passed"))
)
_back = line.c.passed - bindparam("b_change")
_BACK = Statement(
    update(line)
    .where(line.c.id == bindparam("b_id"))
    .values(passed=case((_back > 0, _back), else_=0))
)


def take(tx: Tx, heads: Sequence[Head], after: dict[int, int]) -> dict[int, int]:
    """Write what a call made of the turns; line → by how much it changed."""
    changes: dict[int, int] = {}
    for head in heads:
        if head.line in after:
            tx.run(_SET, b_id=head.line, b_passed=after[head.line])
            changes[head.line] = after[head.line] - head.passed
    return changes


def put_back(tx: Tx, kept: str | None) -> None:
    """Undo the changes of a press; calls since then are left as they counted."""
    if kept is not None:
        for of, change in msgspec.json.decode(kept, type=dict[int, int]).items():
            tx.run(_BACK, b_id=of, b_change=change)

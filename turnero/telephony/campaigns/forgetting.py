"""A campaign's list forgets who was on it once their numbers are erased, called or not.

Numbers are erased by their own schedule (queue/commands/people.py), or because their owner wants it
(queue/commands/erasing.py); a list that was stopped, or that nobody got to, must not keep names and
notes for longer.
"""

from typing import Final

from sqlalchemy import Text, bindparam, case, cast, exists, func, literal_column, select, update

from turnero.queue.commands import erasing
from turnero.queue.commands.erasing import EraseNumber, NumberGone
from turnero.queue.people_tables import phone
from turnero.store.sql import Query, Statement
from turnero.store.timers import TimerDue
from turnero.store.tx import Tx
from turnero.telephony.campaigns.tables import campaign, campaign_person

#: timer: look whose numbers are erased. Its key is the campaign
FORGET: Final = "campaign-forget"
_DAY_MS: Final = 24 * 3600 * 1000

#: in place of an index, which must be another for each person of a list
_NOBODY: Final = literal_column("'#'", Text()).concat(cast(campaign_person.c.id, Text))
_KNOWN = (
    campaign_person.c.campaign == bindparam("b_campaign"),
    campaign_person.c.number_index.not_like("#%"),
)
_FORGET = Statement(
    update(campaign_person)
    .where(
        *_KNOWN,
        ~exists().where(phone.c.id == campaign_person.c.phone, func.length(phone.c.sealed) > 0),
    )
    .values(
        number_index=_NOBODY,
        name=None,
        note=None,
        left_out=case(
            (
                campaign_person.c.callback.is_(None),
                func.coalesce(campaign_person.c.left_out, literal_column("'erased'")),
            ),
            else_=campaign_person.c.left_out,
        ),
    )
)
_ANY = Statement(select(campaign_person.c.id).where(*_KNOWN).limit(1))
_LISTS = Statement(
    select(campaign.c.id, campaign.c.name)
    .select_from(campaign.join(campaign_person, campaign_person.c.campaign == campaign.c.id))
    .where(
        campaign.c.site == bindparam("site"), campaign_person.c.number_index == bindparam("index")
    )
    .order_by(campaign.c.id)
)


def forget(tx: Tx, due: TimerDue) -> None:
    """Timer: daily, as long as anybody on the list is known."""
    tx.run(_FORGET, b_campaign=int(due.key))
    if tx.row(_ANY, b_campaign=int(due.key)) is not None:
        remember(tx, int(due.key))


def lists_of(q: Query, site: int, index: str) -> list[str]:
    """Names of the campaigns on whose lists a number is, the oldest first."""
    return [row.name for row in q.rows(_LISTS, site=site, index=index)]


def erase_number(tx: Tx, request: EraseNumber) -> NumberGone:
    """See `erasing.erase_number`; lists forget whoever it was in the same moment."""
    lists = tx.rows(_LISTS, site=tx.site, index=request.index)
    gone = erasing.erase_number(tx, request)
    for one in lists:
        tx.run(_FORGET, b_campaign=one.id)
    return gone


def remember(tx: Tx, campaign_id: int) -> None:
    """Somebody is on a list: see to it that it forgets them."""
    tx.timer(FORGET, str(campaign_id), tx.now_ms + _DAY_MS)

"""Who wants nothing kept of their number is on no list any more, in the same moment."""

from sqlalchemy import select

from tests.telephony.campaigns.listed import Room
from turnero.queue.call_facts import CallbackAsked
from turnero.queue.commands.erasing import EraseNumber
from turnero.store.sql import Statement
from turnero.telephony.campaigns import commands
from turnero.telephony.campaigns.forgetting import erase_number, lists_of
from turnero.telephony.campaigns.tables import campaign_person

_PEOPLE = Statement(select(campaign_person).order_by(campaign_person.c.id))


async def test_lists_forget_them_at_once_and_nobody_else(room: Room) -> None:
    in_line = await room.begin(2)
    await room.passes(1)
    stopped = await room.begin(2)
    await room.act(commands.move, commands.OfCampaign(stopped, runs=False))
    first, _ = await room.facts(CallbackAsked)
    index = room.numbers.seal("987650000", "pe", ()).index
    other = room.numbers.seal("987650001", "pe", ()).index
    assert await room.read(lists_of, 1, index) == ["Control", "Control"]
    assert await room.read(lists_of, 2, index) == []
    await room.act(erase_number, EraseNumber(index, (first.callback,)))
    assert await room.read(lists_of, 1, index) == []
    gone, kept, gone_too, kept_too = await room.rows(_PEOPLE)
    assert (gone.number_index, gone.left_out) == (f"#{gone.id}", None)
    assert (gone_too.name, gone_too.note, gone_too.left_out) == (None, None, "erased")
    assert kept.number_index == kept_too.number_index == other
    assert kept_too.note == "Control de marzo"
    assert (await room.campaign(in_line)).ends == {"cancelled": 1}
    # The list goes on without them.
    await room.act(commands.move, commands.OfCampaign(stopped, runs=True))
    await room.passes(1)
    assert (await room.campaign(stopped)).ends == {"erased": 1, "on-list": 1}

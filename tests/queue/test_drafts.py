"""A draft is kept between steps; of two who write on the same version the later one is refused."""

import pytest

from tests.queue.engines import both_engines
from tests.queue.hall import Hall
from turnero.queue.commands import drafts
from turnero.store.errors import Refused


async def begun(hall: Hall) -> drafts.Kept:
    """A draft at its first step."""
    return await hall.act(drafts.begin, drafts.Begin("start", "{}"), "user:1")


@both_engines
async def test_a_draft_is_left_and_resumed(hall: Hall) -> None:
    kept = await begun(hall)
    await hall.act(drafts.save, drafts.Save(kept.id, 1, "site", '{"a":1}'), "user:2")
    # beginning again goes on with it
    assert await begun(hall) == drafts.Kept(kept.id, 2)
    there = await hall.read(drafts.newest)
    assert there is not None
    assert (there.step, there.body, there.version, there.by) == ("site", '{"a":1}', 2, "user:2")


@both_engines
async def test_an_old_version_changes_nothing(hall: Hall) -> None:
    kept = await begun(hall)
    await hall.act(drafts.save, drafts.Save(kept.id, 1, "site", "{}"))
    for command, request in (
        (drafts.save, drafts.Save(kept.id, 1, "desks", "[]")),
        (drafts.save, drafts.Save(kept.id + 1, 2, "desks", "[]")),
        (drafts.end, drafts.End(kept.id, 1)),
    ):
        with pytest.raises(Refused) as caught:
            await hall.act(command, request)
        assert caught.value.code == "draft-changed"
    there = await hall.read(drafts.newest)
    assert there is not None
    assert (there.step, there.version) == ("site", 2)


@both_engines
async def test_what_is_done_is_forgotten(hall: Hall) -> None:
    kept = await begun(hall)
    await hall.act(drafts.end, drafts.End(kept.id, 1))
    assert await hall.read(drafts.newest) is None

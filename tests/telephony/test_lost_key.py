"""The key of a number is not where it belongs: who asked to be rung waits until it is put back."""

from pathlib import Path

from tests.telephony.room import room
from turnero.queue.call_facts import CallbackEnded


async def test_a_key_that_is_put_back_loses_nobody(tmp_path: Path) -> None:
    keys = tmp_path / "data" / "keys"
    async with room(tmp_path) as at:
        asked = await at.ask("987654301")
        (keys / "personal-1.key").rename(tmp_path / "kept-elsewhere")
        await at.next("v1")
        await at.passes(20)
        other = await at.ask("987654311")  # sealed meanwhile, with another key
        assert await at.facts(CallbackEnded) == []
        assert (await at.callback(asked.ticket)).attempts == 0
        assert not (keys / "personal-1.key").exists(), "there is room to put it back"
        (tmp_path / "kept-elsewhere").rename(keys / "personal-1.key")
        await at.passes(10 * 60)
        assert await at.next("v1") == asked.ticket
        await at.until(asked.ticket, "serving")
        await at.finish(asked.ticket)
        assert await at.next("v1") == other.ticket
        await at.until(other.ticket, "serving")

"""Numbers are kept sealed, shown on the record, and erased when nobody used them for long."""

from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import bindparam, insert, select, update

from tests.queue.engines import both_engines
from tests.queue.hall import Hall
from turnero.queue.callback_tables import callback, leg
from turnero.queue.commands import people
from turnero.queue.commands.people import PhoneNamed, keep_phone, phone_of
from turnero.queue.people_facts import NumberOptedOut, PeopleErased
from turnero.queue.people_tables import NUMBER, phone
from turnero.queue.tables import note
from turnero.store.errors import NotFound
from turnero.store.sql import Statement
from turnero.store.vault import Sealed, Vault, key_of

DIGITS = "+51987654482"
OTHER = "+51912345678"
DAY = 24 * 3600

_PHONES = Statement(select(phone).order_by(phone.c.id))
_CALLBACKS = Statement(
    select(callback.c.id, callback.c.number_index, callback.c.tail, callback.c.name).order_by(
        callback.c.id
    )
)
_LEGS = Statement(select(leg.c.number_index).order_by(leg.c.id))
_NOTES = Statement(select(note.c.text))
_NEW_CALLBACK = Statement(insert(callback))
_NEW_LEG = Statement(insert(leg))
_END = Statement(
    update(callback).where(callback.c.id == bindparam("b_id")).values(ended_ms=bindparam("b_now"))
)


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "data")


def sealed(vault: Vault, digits: str = DIGITS) -> Sealed:
    made = vault.seal(digits, NUMBER)
    return Sealed(vault.index(digits, NUMBER), made, key_of(made), "PE", "mobile", digits[-3:])


async def asked(hall: Hall, id_: str, number: int, digest: str) -> None:
    """A callback of that number, straight into the tables."""
    usual: dict[str, Any] = {column.name: None for column in callback.columns}
    usual |= {column.name: 0 for column in callback.columns if not column.nullable}
    words: dict[str, Any] = {
        "ticket": id_,
        "relation": "self",
        "how": "kiosk",
        "source": "",
        "stage": "waiting",
    }
    row = usual | words | {"id": id_, "site": 1, "phone": number, "number_index": digest}
    row |= {"tail": "482", "name": b"sealed", "asked_ms": hall.clock.now_ms()}
    usual = {column.name: None for column in leg.columns}
    usual |= {column.name: 0 for column in leg.columns if not column.nullable}
    words = {"side": "patient", "stage": "ended", "number_index": digest, "ended_ms": 1}
    rung = usual | words | {"id": f"{id_}-1", "site": 1, "callback": id_}

    def put(tx: Any, _request: None) -> None:
        tx.run(_NEW_CALLBACK, **row)
        tx.run(_NEW_LEG, **rung)

    await hall.act(put, None)


async def end(hall: Hall, id_: str) -> None:
    def put(tx: Any, _request: None) -> None:
        tx.run(_END, b_id=id_, b_now=tx.now_ms)

    await hall.act(put, None)


async def days(hall: Hall, count: int) -> None:
    """Let days pass, each with the timers that are due in it."""
    for _ in range(count):
        hall.wait(DAY)
        await hall.fire_timers()


@both_engines
async def test_a_number_is_kept_once_and_no_digit_is_in_the_tables_or_the_journal(
    hall: Hall, vault: Vault
) -> None:
    first = await hall.act(keep_phone, sealed(vault))
    hall.wait(60)
    assert await hall.act(keep_phone, sealed(vault)) == first
    assert await hall.act(keep_phone, sealed(vault, OTHER)) != first
    (one, _other) = await hall.rows(_PHONES)
    assert one.last_used_ms - one.created_ms == 60_000
    assert (one.region, one.sort, one.tail) == ("PE", "mobile", "482")
    assert vault.open(bytes(one.sealed), NUMBER) == DIGITS
    everything = repr(one) + repr(await hall.entries())
    assert DIGITS[3:-3] not in everything


async def test_a_repeated_request_is_one_and_its_reply_holds_no_digit(
    hall: Hall, vault: Vault
) -> None:
    ids = {
        await hall.ledger.run(keep_phone, sealed(vault), site=1, actor="token:1", key="k")
        for _ in range(2)
    }
    assert len(ids) == 1
    assert "482" not in msgspec.json.encode(ids.pop()).decode()


async def test_a_number_of_another_site_is_nobodys_here(hall: Hall, vault: Vault) -> None:
    id_ = await hall.ledger.run(keep_phone, sealed(vault), site=2, actor="token:1")
    with pytest.raises(NotFound, match="phone-unknown"):
        await hall.act(people.opt_out, PhoneNamed(id_))
    assert await hall.read(phone_of, 1, id_) is None
    row = await hall.read(phone_of, 2, id_)
    assert row is not None
    assert "482" not in repr(row)


async def test_opting_out_is_said_once_and_outlasts_a_new_request(hall: Hall, vault: Vault) -> None:
    number = sealed(vault)
    id_ = await hall.act(keep_phone, number)
    for _ in range(2):
        await hall.act(people.opt_out, PhoneNamed(id_))
    await hall.act(keep_phone, number)
    assert await hall.facts(NumberOptedOut) == [NumberOptedOut(id_)]
    assert await hall.read(people.opted_out, 1, number.index)
    assert not await hall.read(people.opted_out, 1, sealed(vault, OTHER).index)


@both_engines
async def test_a_number_is_erased_thirty_days_after_its_last_use(hall: Hall, vault: Vault) -> None:
    id_ = await hall.act(keep_phone, sealed(vault))
    await days(hall, 20)
    assert await hall.act(keep_phone, sealed(vault)) == id_
    await days(hall, 30)
    assert len(await hall.rows(_PHONES)) == 1
    await days(hall, 1)
    assert await hall.rows(_PHONES) == []
    assert await hall.facts(PeopleErased) == [PeopleErased(1, 0, 0)]
    assert await hall.read(phone_of, 1, id_) is None


@both_engines
async def test_the_number_of_an_open_callback_is_kept_and_an_old_one_leaves_nothing(
    hall: Hall, vault: Vault
) -> None:
    number = sealed(vault)
    id_ = await hall.act(keep_phone, number)
    await asked(hall, "c1", id_, number.index)
    await days(hall, 40)
    assert len(await hall.rows(_PHONES)) == 1
    await end(hall, "c1")
    await days(hall, 30)
    assert len(await hall.rows(_PHONES)) == 1
    (row,) = await hall.rows(_CALLBACKS)
    assert (row.number_index, row.tail) == (number.index, "482")
    await days(hall, 1)
    assert await hall.rows(_PHONES) == []
    (row,) = await hall.rows(_CALLBACKS)
    assert (row.number_index, row.tail, row.name) == ("", "", None)
    assert [row.number_index for row in await hall.rows(_LEGS)] == [None]
    assert await hall.facts(PeopleErased) == [PeopleErased(1, 0, 1)]


@both_engines
async def test_of_one_who_was_called_for_days_nothing_stays_at_a_quiet_site(hall: Hall) -> None:
    await hall.ring_me(reason="Resultado de biopsia")
    (row,) = await hall.rows(_CALLBACKS)
    hall.wait(1.5 * DAY)
    await end(hall, row.id)
    assert len(await hall.rows(_NOTES)) == 1
    await days(hall, 33)
    assert await hall.rows(_PHONES) == []
    (row,) = await hall.rows(_CALLBACKS)
    assert (row.number_index, row.tail) == ("", "")
    assert await hall.rows(_NOTES) == []


@both_engines
async def test_the_id_of_an_erased_number_never_means_another_one(hall: Hall, vault: Vault) -> None:
    erased = await hall.act(keep_phone, sealed(vault))
    await days(hall, 32)
    assert await hall.rows(_PHONES) == []
    assert await hall.act(keep_phone, sealed(vault, OTHER)) > erased


async def test_who_opted_out_stays_known_without_digits(hall: Hall, vault: Vault) -> None:
    number = sealed(vault)
    id_ = await hall.act(keep_phone, number)
    await hall.act(people.opt_out, PhoneNamed(id_))
    await days(hall, 32)
    (row,) = await hall.rows(_PHONES)
    assert (bytes(row.sealed), row.tail) == (b"", "")
    assert await hall.read(people.opted_out, 1, number.index)
    assert await hall.read(phone_of, 1, id_) is None


async def test_a_site_says_for_how_long_and_many_are_erased_in_portions(
    hall: Hall, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(people, "PORTION", 500)
    from tests.queue.hall import SITE

    await hall.load(SITE + "\n[callbacks]\nkeep_days = 2\n")

    def put(tx: Any, _request: None) -> None:
        for n in range(1200):
            keep_phone(tx, sealed(vault, f"+5198{n:07}"))

    await hall.act(put, None)
    await days(hall, 3)
    for _ in range(2):
        hall.wait(2)
        await hall.fire_timers()
    assert await hall.rows(_PHONES) == []
    counts = [fact.numbers for fact in await hall.facts(PeopleErased)]
    assert counts == [500, 500, 200]


async def test_new_numbers_do_not_put_off_what_is_due(hall: Hall, vault: Vault) -> None:
    await hall.act(keep_phone, sealed(vault))
    for n in range(64):
        hall.wait(DAY / 2)
        await hall.act(keep_phone, sealed(vault, f"+5198{n:07}"))
        await hall.fire_timers()
    found = {bytes(row.sealed) for row in await hall.rows(_PHONES)}
    assert sealed(vault).sealed not in found

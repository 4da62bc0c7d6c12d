"""A new key: everything is sealed anew, whatever cuts it off; then the old key is put aside."""

import asyncio
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select

from turnero.queue.people_tables import MAIL, NUMBER, SEALED, outbox, phone
from turnero.store import journal, resealing
from turnero.store.ledger import Ledger
from turnero.store.resealing import KeyChanged, keys_used, rotate
from turnero.store.sql import Query, Statement
from turnero.store.vault import CannotOpen, Vault, key_of

_PHONE = Statement(
    insert(phone),
    columns=[
        *("site", "number_index", "sealed", "region", "sort", "tail"),
        *("created_ms", "last_used_ms"),
    ],
)
_OUTBOX = Statement(
    insert(outbox),
    columns=[
        *("site", "sort", "channel", "to_index", "to_sealed", "language", "params", "state"),
        *("attempts", "due_ms", "until_ms", "created_ms", "dedup"),
    ],
)
_PHONES = Statement(select(phone.c.site, phone.c.number_index, phone.c.sealed))
_MAILS = Statement(select(outbox.c.to_sealed))


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path / "data")


def keep(vault: Vault, number: str) -> Any:
    def put(tx: Any, _request: None) -> None:
        words = {"region": "PE", "sort": "mobile", "tail": number[-3:]}
        times = {"created_ms": 1, "last_used_ms": 1}
        index, sealed = vault.index(number, NUMBER), vault.seal(number, NUMBER)
        tx.run(_PHONE, site=tx.site, number_index=index, sealed=sealed, **words, **times)

    return put


def write_to(vault: Vault, address: str | None) -> Any:
    def put(tx: Any, _request: None) -> None:
        words = {"sort": "alarm", "channel": "mail", "language": "es", "params": "{}"}
        times = {"attempts": 0, "due_ms": 1, "until_ms": 2, "created_ms": 1}
        sealed = b"" if address is None else vault.seal(address, MAIL)
        row = {"to_index": "", "to_sealed": sealed, "state": "queued", "dedup": str(address)}
        tx.run(_OUTBOX, site=tx.site, **words, **times, **row)

    return put


async def numbers(ledger: Ledger, vault: Vault) -> set[str]:
    """All numbers, opened; each under the index of its own."""

    def get(q: Query) -> list[Any]:
        return q.rows(_PHONES)

    found = {
        row.number_index: vault.open(bytes(row.sealed), NUMBER) for row in await ledger.read(get)
    }
    assert all(vault.index(number, NUMBER) == index for index, number in found.items())
    return set(found.values())


async def filled(ledger: Ledger, vault: Vault, count: int = 450) -> set[str]:
    """Numbers of two sites, and two messages of which one has lost its address."""

    def put(tx: Any, _request: None) -> None:
        for n in range(count):
            keep(vault, f"+5198{tx.site}{n:06}")(tx, None)

    for site in (1, 2):
        await ledger.run(put, None, site=site, actor="test")
    for address in ("tecnica@hospital.example", None):
        await ledger.run(write_to(vault, address), None, site=1, actor="test")
    return {f"+5198{site}{n:06}" for site in (1, 2) for n in range(count)}


async def test_everything_is_sealed_anew_and_the_old_key_put_aside(
    ledger: Ledger, vault: Vault, tmp_path: Path
) -> None:
    expected = await filled(ledger, vault)
    old = vault.key_id
    done = await rotate(ledger, vault, SEALED, actor="cli", settle_s=0)
    assert (done.rows, done.retired, done.lost) == (901, (old,), {})
    assert vault.key_ids() == [done.key] != [old]
    assert await ledger.read(keys_used, SEALED) == {
        "phone.sealed": {done.key: 900},
        "outbox.to_sealed": {done.key: 1},
    }
    assert await numbers(ledger, vault) == expected

    def mails(q: Query) -> set[bytes]:
        return {bytes(row.to_sealed) for row in q.rows(_MAILS)}

    opened = {vault.open(one, MAIL) for one in await ledger.read(mails) if one}
    assert opened == {"tecnica@hospital.example"}
    assert (tmp_path / "data" / "keys" / "retired" / "personal-1.key").exists()
    entries = await ledger.read(journal.read, 0, 0, 100)
    assert [one.fact for one in entries] == [KeyChanged(done.key, (old,), 901)]


async def test_a_rotation_that_was_cut_off_goes_on_with_the_same_key(
    ledger: Ledger, vault: Vault, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = await filled(ledger, vault)
    old = vault.key_id
    monkeypatch.setattr(resealing, "PORTION", 100)
    kept, portions = ledger.run, 0

    async def cut(*args: Any, **more: Any) -> Any:
        nonlocal portions
        portions += 1
        if portions == 3:
            raise ConnectionError("the power went")
        return await kept(*args, **more)

    monkeypatch.setattr(ledger, "run", cut)
    with pytest.raises(ConnectionError):
        await rotate(ledger, vault, SEALED, actor="cli", settle_s=0)
    monkeypatch.setattr(ledger, "run", kept)
    used = (await ledger.read(keys_used, SEALED))["phone.sealed"]
    assert set(used) == {old, vault.key_id}
    assert await numbers(ledger, vault) == expected  # both open
    newest = vault.key_id
    done = await rotate(ledger, vault, SEALED, actor="cli", settle_s=0)
    assert (done.key, done.retired) == (newest, (old,))
    assert await numbers(ledger, vault) == expected


async def test_what_somebody_seals_meanwhile_with_the_old_key_is_sealed_anew_too(
    ledger: Ledger, vault: Vault
) -> None:
    await filled(ledger, vault, 3)
    late = "+51999999999"
    old = vault.seal(late, NUMBER)

    class Late(Vault):
        def seal(self, text: str, field: str) -> bytes:
            return old

    (folder,) = {vault._folder}
    rotating = asyncio.create_task(rotate(ledger, vault, SEALED, actor="cli", settle_s=0.5))
    while len(vault.key_ids()) == 1:  # noqa: ASYNC110 - a file is waited for
        await asyncio.sleep(0.01)
    await asyncio.sleep(0.1)
    await ledger.run(keep(Late(folder), late), None, site=1, actor="test")
    done = await rotating
    assert done.retired == (key_of(old),)
    assert late in await numbers(ledger, vault)


async def test_a_row_that_cannot_be_opened_keeps_its_key_and_is_said(
    ledger: Ledger, vault: Vault, tmp_path: Path
) -> None:
    await filled(ledger, vault, 2)
    old = vault.key_id
    foreign = Vault(tmp_path / "elsewhere")
    await ledger.run(keep(foreign, "+51911111111"), None, site=1, actor="test")

    class Torn(Vault):
        def seal(self, text: str, field: str) -> bytes:
            sealed = super().seal(text, field)
            return sealed[:-1] + bytes([sealed[-1] ^ 1])

    await ledger.run(keep(Torn(vault._folder), "+51922222222"), None, site=1, actor="test")
    done = await rotate(ledger, vault, SEALED, actor="cli", settle_s=0)
    assert done.lost == {"phone.sealed": 2}
    assert done.retired == ()
    assert vault.key_ids() == [old, done.key]


async def test_a_row_that_changed_meanwhile_is_not_overwritten(
    ledger: Ledger, vault: Vault
) -> None:
    await filled(ledger, vault, 1)
    plan = resealing._Plan(SEALED[0])
    (row, _other) = await ledger.read(resealing._page, plan, "00000000", None)
    stale = resealing.Anew(row.key, b"something else", b"new")
    assert await ledger.run(plan.put_all, [stale], site=1, actor="cli") == 0
    with pytest.raises(CannotOpen):
        vault.open(b"new", NUMBER)
    assert len(await numbers(ledger, vault)) == 2

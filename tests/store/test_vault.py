"""What is personal is sealed: only with its key, only as the field that it is."""

from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnero.store.vault import CannotOpen, Sealed, Vault, key_of, of_key

NUMBER = "+51987654482"


@pytest.fixture
def vault(tmp_path: Path) -> Vault:
    return Vault(tmp_path)


def test_what_was_sealed_is_opened_again_by_another_process(tmp_path: Path) -> None:
    sealed = Vault(tmp_path).seal(NUMBER, "phone.number")
    assert Vault(tmp_path).open(sealed, "phone.number") == NUMBER


def test_nothing_of_the_text_is_in_the_bytes_and_they_name_their_key(vault: Vault) -> None:
    sealed = vault.seal(NUMBER, "phone.number")
    assert NUMBER.encode() not in sealed
    assert NUMBER[-3:].encode() not in sealed
    assert key_of(sealed) == vault.key_id
    assert sealed.startswith(of_key(vault.key_id))


@pytest.mark.parametrize("at", [0, 1, 4, 5, 16, 17, -17, -1])
def test_a_changed_byte_is_noticed(vault: Vault, at: int) -> None:
    sealed = bytearray(vault.seal(NUMBER, "phone.number"))
    sealed[at] ^= 1
    with pytest.raises(CannotOpen) as caught:
        vault.open(bytes(sealed), "phone.number")
    assert caught.value.reason == ("key-lost" if at in (1, 4) else "broken")


@pytest.mark.parametrize("length", [0, 1, 5, 17, 32])
def test_cut_bytes_are_noticed(vault: Vault, length: int) -> None:
    with pytest.raises(CannotOpen, match="has been changed"):
        vault.open(vault.seal(NUMBER, "phone.number")[:length], "phone.number")


def test_one_field_is_not_opened_as_another(vault: Vault) -> None:
    with pytest.raises(CannotOpen, match="belongs to another field"):
        vault.open(vault.seal(NUMBER, "phone.number"), "mail.address")


def test_the_key_of_another_installation_opens_nothing_and_the_error_names_the_lost_one(
    tmp_path: Path,
) -> None:
    ours, theirs = Vault(tmp_path / "ours"), Vault(tmp_path / "theirs")
    sealed = ours.seal(NUMBER, "phone.number")
    with pytest.raises(CannotOpen, match=rf"{ours.key_id}.*put it back") as caught:
        theirs.open(sealed, "phone.number")
    assert caught.value.reason == "key-lost"
    assert caught.value.key_id == ours.key_id
    assert NUMBER not in str(caught.value)


def test_a_lost_key_file_is_never_replaced_by_one_that_seems_to_be_it(tmp_path: Path) -> None:
    sealed = Vault(tmp_path).seal(NUMBER, "phone.number")
    (tmp_path / "keys" / "personal-1.key").unlink()
    with pytest.raises(CannotOpen, match="put it back"):
        Vault(tmp_path).open(sealed, "phone.number")


def test_nothing_is_sealed_by_a_key_whose_file_is_gone(vault: Vault, tmp_path: Path) -> None:
    (tmp_path / "keys" / "personal-1.key").unlink()
    sealed = vault.seal(NUMBER, "phone.number")
    assert Vault(tmp_path).open(sealed, "phone.number") == NUMBER


def test_a_key_file_that_holds_no_key_is_said(tmp_path: Path) -> None:
    Vault(tmp_path)
    (tmp_path / "keys" / "personal-1.key").write_bytes(b"short")
    with pytest.raises(ValueError, match="is not a key of 32 bytes"):
        Vault(tmp_path)


def test_the_newest_key_seals_and_older_ones_open(vault: Vault) -> None:
    old = vault.seal(NUMBER, "phone.number")
    made = vault.new_key()
    assert key_of(vault.seal(NUMBER, "phone.number")) == made != key_of(old)
    assert vault.open(old, "phone.number") == NUMBER
    assert vault.key_ids() == [key_of(old), made]


def test_a_new_key_counts_at_once_in_a_process_that_runs_already(tmp_path: Path) -> None:
    server, command_line = Vault(tmp_path), Vault(tmp_path)
    made = command_line.new_key()
    assert server.open(command_line.seal(NUMBER, "phone.number"), "phone.number") == NUMBER
    assert key_of(server.seal(NUMBER, "phone.number")) == made


def test_a_retired_key_is_kept_aside_and_opens_again_when_put_back(
    vault: Vault, tmp_path: Path
) -> None:
    old = vault.seal(NUMBER, "phone.number")
    vault.new_key()
    aside = vault.retire(key_of(old))
    with pytest.raises(CannotOpen, match="keys/retired"):
        vault.open(old, "phone.number")
    aside.rename(tmp_path / "keys" / aside.name)
    assert vault.open(old, "phone.number") == NUMBER


def test_the_key_that_seals_is_not_retired(vault: Vault) -> None:
    with pytest.raises(ValueError, match="make a new key first"):
        vault.retire(vault.key_id)


def test_the_index_finds_the_same_in_the_same_field_only_and_survives_a_new_key(
    vault: Vault, tmp_path: Path
) -> None:
    index = vault.index(NUMBER, "phone.number")
    vault.new_key()
    assert vault.index(NUMBER, "phone.number") == index
    assert len(index) == 32
    assert vault.index(NUMBER, "mail.address") != index
    assert vault.index(NUMBER[:-1], "phone.number") != index
    assert Vault(tmp_path / "other").index(NUMBER, "phone.number") != index


def test_a_repeated_request_has_the_same_bytes_and_another_one_other_bytes(vault: Vault) -> None:
    assert vault.seal(NUMBER, "phone.number") == vault.seal(NUMBER, "phone.number")
    others = {vault.seal(f"+5198765{n:04}", "phone.number")[5:17] for n in range(500)}
    assert len(others) == 500  # a nonce each


def test_no_representation_shows_what_is_sealed_or_a_key(vault: Vault, tmp_path: Path) -> None:
    sealed = Sealed(
        "ab" * 16, vault.seal(NUMBER, "phone.number"), vault.key_id, "PE", "mobile", "482"
    )
    secret = (tmp_path / "keys" / "personal-1.key").read_bytes()
    for shown in (repr(sealed), str(sealed), repr(vault), repr(vars(vault))):
        assert "482" not in shown
        assert secret.hex() not in shown
        assert repr(secret) not in shown
    assert msgspec.json.decode(msgspec.json.encode(sealed), type=Sealed) == sealed


def test_keys_are_readable_by_their_owner_only(vault: Vault, tmp_path: Path) -> None:
    vault.new_key()
    files = list((tmp_path / "keys").glob("personal-*.key"))
    assert sorted(file.name for file in files) == [
        "personal-1.key",
        "personal-2.key",
        "personal-index.key",
    ]
    assert {file.stat().st_mode & 0o777 for file in files} == {0o600}


@given(text=st.text(max_size=200), field=st.text(max_size=40), other=st.text(max_size=40))
def test_any_text_comes_back_only_as_its_field(text: str, field: str, other: str) -> None:
    vault = _SHARED
    sealed = vault.seal(text, field)
    assert vault.open(sealed, field) == text
    if other != field:
        with pytest.raises(CannotOpen):
            vault.open(sealed, other)


def _shared() -> Vault:
    import tempfile

    return Vault(Path(tempfile.mkdtemp(prefix="turnero-vault-")))


_SHARED = _shared()

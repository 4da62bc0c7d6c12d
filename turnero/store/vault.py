"""What is personal, at rest: sealed with a key that is a file beside the database.

AES-256-GCM; the bytes name the key that sealed them, and what the field is is authenticated
with them, so that a number cannot be read as an address. A keyed blind index, under another
key, finds a value again without opening any. Which columns are sealed is said in `resealing`.

The same text in the same field gives the same bytes under one key: the nonce is a pseudo-random
function of the text and the field (as in RFC 5297). An idempotency key is bound to a whole
request, so one that is repeated must not look like another.
"""

import hmac
import re
import threading
from pathlib import Path
from typing import Final, Literal, NamedTuple

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from turnero.store.errors import TurneroError
from turnero.store.keys import load_key

#: names of the key files: keys/personal-1.key … the highest seals; keys/personal-index.key
_SEALS: Final = "personal-{}"
_FILE: Final = re.compile(r"personal-([1-9][0-9]{0,5})\.key")
_INDEX: Final = "personal-index"
#: where a key goes that seals nothing any more
RETIRED: Final = "retired"

#: sealed bytes: this, the key's id, the nonce, the text and its tag (16)
_FORMAT: Final = b"\x01"
ID_SIZE: Final = 4
_NONCE_SIZE: Final = 12
_HEAD: Final = len(_FORMAT) + ID_SIZE + _NONCE_SIZE
_TAG: Final = 16
#: hexadecimal digits of a blind index (128 bits)
INDEX_SIZE: Final = 32


class CannotOpen(TurneroError):
    """Sealed bytes that cannot be opened. The message names the key, never what is sealed."""

    def __init__(self, reason: Literal["key-lost", "broken"], key_id: str = "") -> None:
        #: key-lost: the key is not there; broken: changed, cut, or of another field
        self.reason = reason
        #: of the key that sealed it, 8 hexadecimal digits; empty when not even that can be read
        self.key_id = key_id
        super().__init__(
            f"the key {key_id} that sealed this is not in the folder keys: put it back from where "
            f"you keep it (a key that a rotation replaced is in keys/{RETIRED})"
            if reason == "key-lost"
            else "what was sealed here has been changed, or belongs to another field"
        )


class Sealed(msgspec.Struct, frozen=True):
    """A telephone number as commands see it: without its digits. `repr` shows nothing of it."""

    #: blind index, 32 hexadecimal digits: the same number has the same
    index: str
    sealed: bytes
    #: of the key that sealed it, 8 hexadecimal digits
    key_id: str
    #: ISO 3166, "PE"
    region: str
    #: mobile | fixed | fixed-or-mobile
    sort: str
    #: the last three digits, by which a person recognises their own
    tail: str

    def __repr__(self) -> str:
        return "Sealed(…)"


class _Key(NamedTuple):
    """One key file's three uses, told apart by derivation."""

    id: bytes
    cipher: AESGCM
    nonces: bytes

    @classmethod
    def of(cls, secret: bytes) -> "_Key":
        return cls(
            _derived(secret, "id")[:ID_SIZE],
            AESGCM(_derived(secret, "seal")),
            _derived(secret, "nonce"),
        )

    def __repr__(self) -> str:
        return f"_Key({self.id.hex()})"


class Vault:
    """Seals and opens with the keys of a data folder; safe in any thread.

    The folder is looked at each time: a rotation by another process counts at once.
    """

    def __init__(self, folder: Path) -> None:
        """Raises `ValueError` when a key file holds anything else than a key."""
        self._folder = folder
        self._lock = threading.Lock()
        self._keys: dict[bytes, _Key] = {}
        self._read: list[int] = []
        self._fresh()
        self._indexing = load_key(folder, _INDEX)

    def __repr__(self) -> str:
        return f"Vault({self.key_id})"

    @property
    def key_id(self) -> str:
        """Of the key that seals now."""
        return self._fresh().id.hex()

    def seal(self, text: str, field: str) -> bytes:
        """The text, sealed as that field ("phone.number") with the newest key."""
        key, raw, said = self._fresh(), text.encode(), field.encode()
        given = len(said).to_bytes(2, "big") + said + raw
        nonce = hmac.digest(key.nonces, given, "sha256")[:_NONCE_SIZE]
        head = _FORMAT + key.id
        return head + nonce + key.cipher.encrypt(nonce, raw, head + said)

    def open(self, sealed: bytes, field: str) -> str:
        """What was sealed as that field. Raises `CannotOpen`."""
        id_ = sealed[len(_FORMAT) :][:ID_SIZE]
        if len(sealed) < _HEAD + _TAG or not sealed.startswith(_FORMAT):
            raise CannotOpen("broken")
        self._fresh(surely=id_ not in self._keys)
        key = self._keys.get(id_)
        if key is None:
            raise CannotOpen("key-lost", id_.hex())
        nonce = sealed[_HEAD - _NONCE_SIZE : _HEAD]
        try:
            raw = key.cipher.decrypt(nonce, sealed[_HEAD:], _FORMAT + id_ + field.encode())
        except InvalidTag:
            raise CannotOpen("broken", id_.hex()) from None
        return raw.decode()

    def index(self, text: str, field: str) -> str:
        """What the text is found by in that field: 32 hexadecimal digits, the same for the same."""
        said = field.encode()
        given = len(said).to_bytes(2, "big") + said + text.encode()
        return hmac.digest(self._indexing, given, "sha256").hex()[:INDEX_SIZE]

    def key_ids(self) -> list[str]:
        """Of the keys that are here, oldest first; the last one seals."""
        self._fresh()
        return [id_.hex() for id_ in self._keys]

    def new_key(self) -> str:
        """Make a key that seals from now on; its id."""
        load_key(self._folder, _SEALS.format(max(self._numbers(), default=0) + 1))
        return self.key_id

    def retire(self, key_id: str) -> Path:
        """Put a key aside that seals nothing any more; where it is now.

        Raises `ValueError` for the newest one, and for one that is not here.
        """
        if key_id == self.key_id:
            raise ValueError(f"{key_id} seals now: make a new key first")
        for number in self._numbers():
            name = _SEALS.format(number)
            if _Key.of(load_key(self._folder, name)).id.hex() == key_id:
                aside = self._folder / "keys" / RETIRED
                aside.mkdir(mode=0o700, exist_ok=True)
                return (self._folder / "keys" / f"{name}.key").rename(aside / f"{name}.key")
        raise ValueError(f"there is no key {key_id}")

    def _numbers(self) -> list[int]:
        keys = self._folder / "keys"
        if not keys.is_dir():
            return []
        return sorted(
            int(found[1]) for file in keys.iterdir() if (found := _FILE.fullmatch(file.name))
        )

    def _fresh(self, *, surely: bool = False) -> _Key:
        """The newest key, after a look which files are there; `surely`: read them in any case."""
        with self._lock:
            there = self._numbers()
            numbers = there or [self._first()]
            # None there: one that lives in memory only would seal what nobody can open again.
            if surely or not there or numbers != self._read:
                found = [_Key.of(load_key(self._folder, _SEALS.format(n))) for n in numbers]
                self._keys = {key.id: key for key in found}
                self._read = numbers
            return next(reversed(self._keys.values()))

    def _first(self) -> int:
        """The number of a key where there is none. One that was lost is not followed by one of its
        name: there must be room to put it back.
        """
        aside = self._folder / "keys" / RETIRED
        retired = [_FILE.fullmatch(file.name) for file in aside.glob("*.key")]
        last = max((int(found[1]) for found in retired if found), default=0)
        if not (self._folder / "keys" / f"{_INDEX}.key").exists():
            return last + 1
        # There was one: it is lost, unless another process has just made the first.
        return max(self._numbers(), default=last + 2)


def keys_of(folder: Path) -> list[str]:
    """Ids of the sealing keys of a data folder, oldest first; makes none."""
    files = (folder / "keys").glob("personal-*.key")
    numbers = sorted(int(found[1]) for file in files if (found := _FILE.fullmatch(file.name)))
    return [_Key.of(load_key(folder, _SEALS.format(n))).id.hex() for n in numbers]


def key_of(sealed: bytes) -> str:
    """The id of the key that sealed these bytes; empty when they are not ours."""
    if len(sealed) < _HEAD + _TAG or not sealed.startswith(_FORMAT):
        return ""
    return sealed[len(_FORMAT) :][:ID_SIZE].hex()


def of_key(key_id: str) -> bytes:
    """How everything begins that this key sealed."""
    return _FORMAT + bytes.fromhex(key_id)


def _derived(secret: bytes, use: str) -> bytes:
    return hmac.digest(secret, b"turnero personal " + use.encode(), "sha256")

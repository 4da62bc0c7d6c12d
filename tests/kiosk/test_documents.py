"""Identity documents as scanners give them: read, checked, and never more of them than is needed."""

import string
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from turnero.kiosk.documents import LONGEST, Document, Misread, clip, gather, mrz, read

TODAY = date(2026, 11, 22)
#: what stands behind the date of birth: nothing of it may ever be seen again
FINGERS = b"\x05001O+" + b"\xfbFINGER\r\n0M19991231" * 20
#: the specimen of ICAO Doc 9303 part 5
SPECIMEN = (
    b"I<UTOD231458907<<<<<<<<<<<<<<<\r\n"
    b"7408122F1204159UTO<<<<<<<<<<<6\r\n"
    b"ERIKSSON<<ANNA<MARIA<<<<<<<<<<\r\n"
)


def cedula(
    number: str = "1032456789",
    names: tuple[str, ...] = ("PEÑA", "GÓMEZ", "MARÍA", "JOSÉ"),
    born: str = "0F19580317",
    behind: bytes = FINGERS,
) -> bytes:
    """The PDF417 of a yellow cédula, 531 bytes."""
    head = b"03\x00AFIS\x00".ljust(24, b"\0") + b"PubDSK_1".ljust(16, b"\0") + b"12345678"
    body = number.encode().rjust(10, b"0")
    body += b"".join(name.encode("latin-1").ljust(23, b"\0") for name in names)
    return (head + body + born.encode() + behind).ljust(531, b"\xff")[:531]


def card(issuer: str, number: str, born: str, optional: str = "", more: str = "") -> bytes:
    """A TD1 zone with right check digits."""
    check = mrz.check_digit
    upper = f"I<{issuer}{number:<9}".replace(" ", "<")
    upper = (upper + check(upper[5:14]) + optional).ljust(30, "<")
    middle = f"{born}{check(born)}M320319{check('320319')}{issuer}".ljust(18, "<") + more.ljust(
        11, "<"
    )
    total = check(upper[5:] + middle[:7] + middle[8:15] + middle[18:29])
    return f"{upper}\n{middle}{total}\n{'QUISPE<MAMANI<<JUAN':<30}".replace(" ", "<").encode()


def test_a_dni_by_its_barcode() -> None:
    assert read(b"10117410\r\n", TODAY) == Document("dni", "10117410", "PER")
    assert read(b"101174102", TODAY) == Document("dni", "10117410", "PER", checked=True)
    assert read(b"*10117410-G*", TODAY) == Document("dni", "10117410", "PER", checked=True)


@pytest.mark.parametrize("wrong", [b"101174103", b"10117410A"])
def test_a_wrong_check_character_of_a_dni_is_told(wrong: bytes) -> None:
    assert read(wrong, TODAY) == Misread("dni")


def test_a_yellow_cedula() -> None:
    found = read(cedula(), TODAY)
    assert found == Document(
        "cedula", "1032456789", "COL", "PEÑA GÓMEZ", "MARÍA JOSÉ", "F", date(1958, 3, 17)
    )


def test_an_old_short_number_and_one_name_of_each() -> None:
    found = read(cedula("00019456123", ("ROA", "", "LUZ", ""), "0M19401101")[:531], TODAY)
    assert found == Misread("cedula")  # eleven digits moved every field
    found = read(cedula("19456123", ("ROA", "", "LUZ", ""), "0M19401101"), TODAY)
    assert isinstance(found, Document)
    assert (found.number, found.surnames, found.given) == ("19456123", "ROA", "LUZ")


def test_a_cedula_whose_empty_places_the_scanner_left_out() -> None:
    typed = bytes(byte for byte in cedula() if byte)
    found = read(typed, TODAY)
    assert found == Document("cedula", "1032456789", "COL", sex="F", born=date(1958, 3, 17))


@pytest.mark.parametrize(
    "wrong",
    [
        cedula(born="0X19580317"),
        cedula(born="0F19581317"),
        cedula(born="0F20991231"),
        cedula("A" * 10),
        cedula(names=("1", "2", "3", "4")),
        cedula()[:120],
    ],
)
def test_a_cedula_with_impossible_fields_is_not_believed(wrong: bytes) -> None:
    assert read(wrong, TODAY) == Misread("cedula")


def test_the_specimen_of_the_standard() -> None:
    assert read(SPECIMEN, TODAY) == Document(
        "card", "D23145890", "UTO", "ERIKSSON", "ANNA MARIA", "F", date(1974, 8, 12), checked=True
    )


def test_lines_run_together_and_a_spanish_keyboard() -> None:
    typed = SPECIMEN.replace(b"\r\n", b"").replace(b"<", b";")
    assert read(typed, TODAY) == read(SPECIMEN, TODAY)


def test_an_electronic_dni_and_a_digital_cedula() -> None:
    dni = read(card("PER", "10117410", "610305"), TODAY)
    assert isinstance(dni, Document)
    assert (dni.kind, dni.number, dni.age(TODAY)) == ("dni", "10117410", 65)
    nuip = read(card("COL", "000000012", "040315", "05001", "1234567890"), TODAY)
    assert isinstance(nuip, Document)
    assert (nuip.kind, nuip.number, nuip.age(TODAY)) == ("cedula", "1234567890", 22)


def test_a_number_of_more_than_nine_characters() -> None:
    number = "D23145890734"
    upper = f"I<UTO{number[:9]}<{number[9:]}{mrz.check_digit(number)}".ljust(30, "<")
    middle = "7408122F1204159UTO<<<<<<<<<<<"
    total = mrz.check_digit(upper[5:] + middle[:7] + middle[8:15] + middle[18:29])
    zone = f"{upper}{middle}{total}ERIKSSON<<ANNA<MARIA<<<<<<<<<<".encode()
    found = read(zone, TODAY)
    assert isinstance(found, Document)
    assert found.number == number


@given(at=st.integers(0, 58), by=st.sampled_from("0123456789"))
def test_one_wrong_figure_of_a_card_is_noticed(at: int, by: str) -> None:
    zone = card("PER", "10117410", "610305").replace(b"\n", b"").decode()
    if zone[at] == by or not zone[at].isdigit():
        return
    wrong = zone[:at] + by + zone[at + 1 :]
    assert isinstance(read(wrong.encode(), TODAY), Misread)


def test_what_is_no_document_is_none_of_ours() -> None:
    for other in (
        b"",
        b"1011741",
        b"https://turnos.example.org/t/" + b"a" * 22,
        b"7751234567890",
        "١٢٣٤٥٦٧٨".encode(),
    ):
        assert read(other, TODAY) is None


@given(st.binary(max_size=700))
def test_no_scan_is_an_error(scan: bytes) -> None:
    read(scan, TODAY)
    assert len(clip(scan)) <= LONGEST


@given(st.binary(max_size=400), st.integers(0, 60))
def test_no_scan_that_says_cedula_is_an_error(noise: bytes, at: int) -> None:
    read(noise[:at] + b"PubDSK_1" + noise[at:], TODAY)


@given(
    st.text(string.ascii_uppercase + "ÑÁÉ", min_size=1, max_size=23),
    st.lists(st.integers(0, 255), min_size=371, max_size=371),
    st.booleans(),
)
def test_nothing_behind_the_birthday_of_a_cedula_gets_in(
    name: str, body: list[int], typed: bool
) -> None:
    fingers = bytes(body)
    scan = cedula(names=(name, name, name, name), behind=fingers)
    other = cedula(names=(name, name, name, name), behind=b"")
    if typed:
        scan, other = scan.replace(b"\0", b""), other.replace(b"\0", b"")
    assert clip(scan) == clip(other)
    assert read(scan, TODAY) == read(other, TODAY)
    assert clip(clip(scan)) == clip(scan)


@given(
    before=st.binary(max_size=320),
    born=st.sampled_from(["0F19580317", "0X19580317", "XXXXXXXXXX", "0F19581399", "0000000000"]),
    typed=st.booleans(),
    pieces=st.lists(st.integers(1, 400), max_size=8),
)
def test_whatever_stands_around_it_no_finger_is_kept(
    before: bytes, born: str, pieces: list[int], *, typed: bool
) -> None:
    """Read together with something else, by a scanner that sends a prefix, misread, or piecemeal."""
    scan = before + cedula(born=born)
    if typed:
        scan = bytes(byte for byte in scan if chr(byte).isprintable())
    kept, at = b"", 0
    for size in [*pieces, len(scan)]:
        kept, at = gather(kept, scan[at : at + size]), at + size
        assert len(kept) <= LONGEST + 1
    for held in (clip(scan), clip(kept)):
        assert b"FINGER" not in held
        assert b"1O+" not in held


@given(st.binary(min_size=LONGEST + 1, max_size=600))
def test_a_long_scan_that_nobody_knows_is_not_kept_at_all(scan: bytes) -> None:
    """Older cards say nowhere what they are; some fingers come soon."""
    assert clip(scan) in (b"", cedula_mark())


@pytest.mark.parametrize("behind", [FINGERS, b"FINGER"])
def test_a_spanish_keyboard_types_another_mark_and_no_fingerprint_gets_by(behind: bytes) -> None:
    text = "".join(one for one in cedula(behind=behind).decode("latin-1") if one.isprintable())
    typed = text.replace("_", "?").encode("latin-1")[:190]
    assert b"FINGER" in typed
    assert b"FINGER" not in clip(typed)
    assert read(typed, TODAY) == read(text.encode("latin-1"), TODAY)
    assert isinstance(read(typed, TODAY), Document)


def cedula_mark() -> bytes:
    """All that is kept of one that cannot be read."""
    return clip(b"PubDSK_")


def test_a_scanner_that_says_what_it_reads_is_understood() -> None:
    assert read(b"]L0" + cedula(), TODAY) == read(cedula(), TODAY)
    assert clip(b"]L0" + cedula()) == clip(cedula())


def test_digits_among_the_fingers_are_nobodys_number() -> None:
    trap = b"SECRET0123456789ROA0M19991231"
    short = cedula("19456123", ("ROA", "", "LUZ", ""), born="0X19581317", behind=trap)
    for scan in (short, short.replace(b"\0", b"")):
        assert clip(scan) == cedula_mark()
        assert read(scan, TODAY) == Misread("cedula")


def test_a_document_writes_itself_masked() -> None:
    found = read(cedula(), TODAY)
    assert isinstance(found, Document)
    assert found.masked == "•••••••789"
    for written in (repr(found), str(found), f"{found}"):
        assert "103245" not in written
        assert "PEÑA" not in written
        assert "1958" not in written


def test_ages() -> None:
    born = Document("card", "1", "UTO", born=date(1966, 11, 23))
    assert born.age(TODAY) == 59
    assert born.age(date(2026, 11, 23)) == 60
    assert born.age(date(1960, 1, 1)) is None
    assert Document("card", "1", "UTO").age(TODAY) is None

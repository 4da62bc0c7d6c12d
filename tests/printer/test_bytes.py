"""The bytes of a job: what every printer needs first, what none may ever get."""

import logging
import subprocess
import sys
import tempfile
import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.printer.slips import NARROW, WIDE, lines, printed, slip
from turnero.printer.decode import decode
from turnero.printer.document import Align, Cut, Document, Image, Qr, Rule, Space, Text
from turnero.printer.escpos import encode
from turnero.printer.letters import clean, wrap
from turnero.printer.operations import (
    AskState,
    CodePage,
    Init,
    Justify,
    Kanji,
    Letters,
    Operation,
    QrCode,
    Raster,
    Size,
    Unknown,
)
from turnero.printer.operations import Cut as CutDone
from turnero.printer.profiles import Profile, profile_named
from turnero.store.errors import Invalid

ACCENTS = "áéíóúñÁÉÍÓÚÑ¿¡€üÜçãõâêô"


def paper(*blocks: object, profile: Profile = WIDE) -> list[Operation]:
    """What a printer understands from these blocks."""
    return decode(encode(Document(tuple(blocks)), profile))  # type: ignore[arg-type]


def of(kind: type[Operation], operations: list[Operation]) -> list[Operation]:
    return [one for one in operations if isinstance(one, kind)]


def test_a_job_begins_by_resetting_leaving_chinese_mode_and_naming_its_code_page() -> None:
    assert printed(slip()).startswith(b"\x1b@\x1c.\x1bt\x13")
    assert paper(Text("a"))[:3] == [Init(), Kanji(on=False), CodePage(19, "cp858")]


def test_a_printer_that_starts_in_chinese_mode_prints_accents_all_the_same() -> None:
    job = encode(Document((Text(ACCENTS),)), WIDE)
    assert lines(decode(job, chinese=True)) == [ACCENTS]
    # Without the prologue's FS . it does not: that is what it is for.
    assert lines(decode(job.replace(b"\x1c.", b""), chinese=True)) != [ACCENTS]


def test_spanish_and_portuguese_letters_are_exact() -> None:
    assert lines(paper(Text(ACCENTS))) == [ACCENTS]
    # Without its code page they are not: a reset forgets it.
    job = encode(Document((Text("€ Á"),)), WIDE)
    assert lines(decode(job.replace(b"\x1bt\x13", b""))) != ["€ Á"]


def test_letters_that_came_apart_are_composed() -> None:
    apart = unicodedata.normalize("NFD", "Atención señor")
    assert apart != "Atención señor"
    assert lines(paper(Text(apart))) == ["Atención señor"]


def test_control_bytes_and_marks_of_direction_never_reach_the_printer() -> None:
    evil = "Caja\x1b@\x10\x04\x01\x1dV\x00\x07 \u202euno\u200e\x00\x7f\x9b dos\ttres\n"
    operations = paper(Text(evil))
    assert lines(operations) == ["Caja@V uno dos tres"]
    assert not of(Unknown, operations)
    assert len(of(Init, operations)) == 1


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_no_text_makes_a_command(text: str) -> None:
    job = encode(Document((Text(text), Text("fin"))), WIDE)
    operations = decode(job)
    assert not of(Unknown, operations)
    assert not of(CutDone, operations)
    assert not of(AskState, operations)
    assert len(of(Init, operations)) == 1
    assert lines(operations)[-1] == "fin"


@pytest.mark.parametrize("text", ["Пациент", "Ẽsa", "患者"])
def test_letters_outside_the_code_page_are_drawn(text: str) -> None:
    operations = paper(Text(text))
    assert not of(Letters, operations)
    (drawn,) = of(Raster, operations)
    assert isinstance(drawn, Raster)
    assert (drawn.width, drawn.height) == (576, 24)
    assert any(drawn.rows)


def test_a_plain_apostrophe_needs_no_drawing() -> None:
    assert lines(paper(Text("q'ipi"))) == ["q'ipi"]


@pytest.mark.parametrize(
    ("text", "plain"), [("Ñuqaʼpa qʼipi", "Ñuqa'pa q'ipi"), ("‘Sala’ – 2…", "'Sala' - 2...")]
)
def test_typographic_signs_are_written_as_plain_ones(text: str, plain: str) -> None:
    """Quechua's ʼ (U+02BC) is in no code page: it is the apostrophe that people write."""
    assert lines(paper(Text(text))) == [plain]


def test_a_printer_on_a_slow_line_gets_the_nearest_letters_instead_of_a_drawing() -> None:
    slow = Profile(key="slow", paper_mm=80, dots=576, graphics=False)
    operations = paper(Text("qʼipi – ẽ Ж"), profile=slow)
    assert not of(Raster, operations)
    assert lines(operations) == ["q'ipi - e ?"]


def test_drawings_are_cut_into_pieces_that_small_memories_can_take() -> None:
    picture = Image(width=16, rows=b"\xff\x00" * 400)
    pieces = [one for one in paper(picture) if isinstance(one, Raster)]
    assert [piece.height for piece in pieces] == [120, 120, 120, 40]
    assert {piece.width for piece in pieces} == {576}


def test_drawings_fit_the_paper() -> None:
    wide = Image(width=800, rows=b"\xaa" * 100 * 40)
    for profile in (WIDE, NARROW):
        drawn = [one for one in paper(wide, profile=profile) if isinstance(one, Raster)]
        assert {piece.width for piece in drawn} == {profile.dots}


@pytest.mark.parametrize(
    ("align", "left"), [(Align.LEFT, 0), (Align.CENTER, 35), (Align.RIGHT, 70)]
)
def test_a_drawing_stands_where_it_should_without_the_printers_help(
    align: Align, left: int
) -> None:
    (drawn,) = [
        one
        for one in paper(Image(width=16, rows=b"\xff\xff", align=align))
        if isinstance(one, Raster)
    ]
    assert drawn.rows == bytes(left) + b"\xff\xff" + bytes(72 - left - 2)


def test_the_qr_is_the_printers_own_and_aligned_before_it() -> None:
    operations = paper(Qr("https://x.pe/t/abc", align=Align.CENTER))
    at = next(n for n, one in enumerate(operations) if isinstance(one, QrCode))
    assert operations[at] == QrCode(b"https://x.pe/t/abc", 6, "M")
    justified = [one for one in operations[:at] if isinstance(one, Justify)]
    assert justified[-1] == Justify("center")


def test_a_printer_without_qr_codes_gets_a_drawing_of_it() -> None:
    plain = Profile(key="plain", paper_mm=80, dots=576, native_qr=False)
    operations = paper(Qr("https://x.pe/t/abc"), profile=plain)
    assert not of(QrCode, operations)
    assert of(Raster, operations)


def test_a_large_qr_is_made_to_fit_narrow_paper() -> None:
    (code,) = [
        one for one in paper(Qr("x" * 300, module=16), profile=NARROW) if isinstance(one, QrCode)
    ]
    assert code.module < 16


def test_a_number_keeps_to_one_line_on_any_paper() -> None:
    for profile, width in ((WIDE, 6), (NARROW, 4)):
        operations = paper(Text("AB1047ZZ", 8, 8, fit=True), profile=profile)
        assert lines(operations) == ["AB1047ZZ"]
        assert Size(width, 8) in operations


def test_a_word_too_wide_is_made_narrow_rather_than_broken_and_stays_readable() -> None:
    operations = paper(Text("Otorrinolaringología", 3, 3), profile=NARROW)
    assert lines(operations) == ["Otorrinolaringología"]
    assert Size(1, 2) in operations


def test_words_are_broken_at_spaces_and_never_lost() -> None:
    assert wrap("uno dos tres", 7) == ["uno dos", "tres"]
    assert wrap("desoxirribonucleico", 8) == ["desoxirr", "ibonucle", "ico"]
    long = "Muestre este código en el módulo o en la ventanilla y espere sentado su turno"
    read = lines(paper(Text(long), profile=NARROW))
    assert len(read) == 3
    assert " ".join(read) == long


def test_a_black_bar_has_margins_and_one_length() -> None:
    read = [
        one.text
        for one in paper(Text("uno dos tres cuatro", 4, 2, invert=True), profile=NARROW)
        if isinstance(one, Letters)
    ]
    assert len({len(line) for line in read}) == 1
    assert all(line[0] == line[-1] == " " for line in read)


def test_the_paper_is_cut_past_its_last_line_where_there_is_a_knife() -> None:
    assert paper(Text("a"), Cut())[-1] == CutDone(partial=True, feed=0)
    bar = Profile(key="bar", paper_mm=80, dots=576, knife=False)
    assert not of(CutDone, paper(Text("a"), Cut(), profile=bar))


def test_empty_text_prints_nothing() -> None:
    assert lines(paper(Text(" \u200b\n"), Rule(), Space(600))) == ["─" * 48]


def test_clean_leaves_ordinary_text_alone() -> None:
    assert clean("Sala 2, 1.er piso (Bloque «B»)") == "Sala 2, 1.er piso (Bloque «B»)"


def test_the_library_leaves_logging_and_the_temporary_folder_as_they_were() -> None:
    script = (
        "import logging, tempfile, os;"
        "before = set(os.listdir(tempfile.gettempdir()));"
        "from turnero.printer import escpos; escpos.warm();"
        "assert logging.getLogger().handlers == [], logging.getLogger().handlers;"
        "assert 'ESCPOS_CAPABILITIES_FILE' not in os.environ;"
        "left = {n for n in set(os.listdir(tempfile.gettempdir())) - before};"
        "assert not left, left"
    )
    with tempfile.TemporaryDirectory() as scratch:
        done = subprocess.run(
            [sys.executable, "-c", script],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
            env={"TMPDIR": scratch, "PATH": "/usr/bin:/bin"},
        )
    assert done.returncode == 0, done.stderr
    assert logging.getLogger("escpos").handlers == []


def test_an_unknown_profile_is_refused_with_those_there_are() -> None:
    with pytest.raises(Invalid) as refused:
        profile_named("generic-112")
    known = "generic-80, generic-58, epson-tm-t20, epson-tm-t88, epson-tm-m30, star-escpos"
    assert refused.value.params == {"profile": "generic-112", "known": known}

"""Which board sounds, in which languages, and how names are split for who reads from afar."""

from pathlib import Path

import msgspec
import pytest

from tests.display.waiting_room import SITE
from tests.peers.stores import opened
from turnero.display import announce
from turnero.display.settings import BoardSettings, BoardState, settings_of
from turnero.display.views import fit
from turnero.queue import site_file
from turnero.queue.commands.sites import load_site
from turnero.queue.reads.boards import RECENT
from turnero.queue.views import BoardView, CallView
from turnero.store import devices
from turnero.store.devices import Device

NOW = 1_000_000


def board(
    key: str, *, zone: str = "", settings: str = "{}", heard: int | None = 0, **said: object
) -> Device:
    state = {"seq": 1, "sound": "ok"} | said
    return Device(
        id=1, site=1, kind="board", key=key, name=key, zone=zone, settings=settings,
        heard_ms=None if heard is None else NOW - heard,
        state=None if heard is None else msgspec.json.encode(state).decode(),
    )  # fmt: skip


def call(seq: int, language: str = "es", desk: str = "Ventanilla 1") -> CallView:
    return CallView(
        seq=seq, number=f"A{seq:03}", desk=desk, zone="", names={"es": "Caja"}, language=language,
        at_ms=seq, in_force=True, calling=True, recalls=0,
    )  # fmt: skip


def shown(calls: list[CallView], recent: list[CallView]) -> BoardView:
    return BoardView(
        site="s", name="S", seq=99, now_ms=NOW, calls=tuple(calls), recent=tuple(recent), queues=()
    )


def test_the_first_board_of_a_zone_sounds() -> None:
    boards = [board("b"), board("a"), board("0", zone="other")]
    assert announce.sounding(boards, "", NOW) == "a"
    assert announce.sounding(boards, "other", NOW) == "0"
    assert announce.sounding(boards, "third", NOW) is None


def test_a_board_that_is_set_to_sound_comes_first_and_one_that_is_not_never_does() -> None:
    loud, mute = '{"sound": true}', '{"sound": false}'
    assert announce.sounding([board("a"), board("b", settings=loud)], "", NOW) == "b"
    assert announce.sounding([board("a", settings=mute), board("b")], "", NOW) == "b"
    assert announce.sounding([board("a", settings=mute)], "", NOW) is None


@pytest.mark.parametrize(
    "first",
    [
        board("a", heard=None),
        board("a", heard=60_000),
        board("a", sound="blocked"),
        board("a", sound="failed"),
    ],
)
def test_another_board_takes_over_from_one_that_is_dark_or_cannot_sound(first: Device) -> None:
    assert announce.sounding([first, board("b")], "", NOW) == "b"
    # with nobody better it keeps the voice: somebody may touch it
    assert announce.sounding([first, board("b", heard=None)], "", NOW) == "a"


def test_a_call_is_said_in_the_sites_language_and_then_in_the_persons_own() -> None:
    assert announce.languages(call(1, "es"), ("es", "en"), ()) == ("es",)
    assert announce.languages(call(1, "en"), ("es", "en"), ()) == ("es", "en")
    assert announce.languages(call(1, "en"), ("es", "en"), ("pt", "es")) == ("pt", "es")


def test_quechua_is_spoken_only_where_the_site_turned_it_on() -> None:
    assert announce.languages(call(1, "qu"), ("es", "qu"), ()) == ("es",)
    assert announce.languages(call(1, "es"), ("es",), ("es", "qu")) == ("es", "qu")
    assert announce.languages(call(1, "es"), ("qu", "es"), ()) == ("es",)
    assert announce.languages(call(1, "qu"), ("qu",), ()) == ()
    assert announce.spoken(("qu", "es", "en"), ()) == ("es", "en")
    assert announce.spoken(("qu", "es", "en"), ("qu",)) == ("qu",)


def test_a_board_is_given_every_call_once_in_order() -> None:
    heard = announce.heard(shown([call(3), call(9)], [call(9), call(8)]))
    assert [one.seq for one in heard.calls] == [3, 8, 9]


def test_only_a_list_that_is_full_may_leave_older_calls_out() -> None:
    assert announce.heard(shown([], [call(9), call(8)])).floor == 0
    full = [call(seq) for seq in range(20, 20 - RECENT, -1)]
    assert announce.heard(shown([call(3)], full)).floor == 20 - RECENT + 1


@pytest.mark.parametrize(
    ("name", "kind", "rest"),
    [
        ("Ventanilla 3", "Ventanilla", "3"),
        ("3", "", "3"),
        ("Consultorio 101B", "Consultorio", "101B"),
        ("Módulo-4", "Módulo", "4"),
        ("Farmacia", "", "Farmacia"),
        ("Toma de muestras", "", "Toma de muestras"),
        ("Atención al asegurado en general 12", "", "Atención al asegurado en general 12"),
    ],
)
def test_a_desks_number_stands_apart_from_its_kind(name: str, kind: str, rest: str) -> None:
    assert announce.desk_name(name)[:2] == (kind, rest)


def test_longer_names_are_written_smaller_and_on_two_lines() -> None:
    assert [fit(text) for text in ("3", "101", "Caja 2", "Farmacia")] == ["xs", "s", "m", "l"]
    assert fit("Toma de muestras") == fit("Farmacia")
    assert fit("Otorrinolaringología pediátrica") == "xxl"


async def test_a_sites_file_sets_its_boards(tmp_path: Path) -> None:
    source = (
        SITE
        + """
sound = false
contrast = true
voice = ["es", "qu"]
arrows = { "Ventanilla 1" = "left" }
notices = { es = ["Use mascarilla."] }
"""
    )
    async with opened(tmp_path) as ledger:
        await ledger.run(load_site, site_file.decode(source), site=1, actor="cli")
        first = settings_of(await ledger.read(devices.by_key, 1, "board", "hall-1"))
        settings = settings_of(await ledger.read(devices.by_key, 1, "board", "hall-2"))
    assert first == BoardSettings()
    assert settings == BoardSettings(
        sound=False,
        contrast=True,
        voice=("es", "qu"),
        arrows={"Ventanilla 1": "left"},
        notices={"es": ("Use mascarilla.",)},
    )
    assert announce.arrow(call(1), settings) == "left"
    assert announce.arrow(call(1, desk="Ventanilla 2"), settings) == "right"


@pytest.mark.parametrize("settings", ["", "[]", '{"sound": "loud"}', "{"])
def test_settings_that_cannot_be_read_leave_the_board_its_defaults(settings: str) -> None:
    assert settings_of(board("a", settings=settings)) == BoardSettings()


def test_a_heartbeat_from_an_older_version_is_no_heartbeat() -> None:
    assert announce.sounding([board("a", sound="maybe"), board("b")], "", NOW) == "b"
    assert BoardState(seq=1, sound="ok").lag_ms is None

"""`turnero device install`: the files of a box, checked by the programs that will read them."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from turnero.cli import main
from turnero.device.install import screens, showing
from turnero.device.install.shape import BOARD, LOCAL, Screen
from turnero.device.install.showing import Area, Layout

SERVER = "https://turnos.example.org"
BOTH = "kiosk=HDMI-1:touch=ELO Touch 2.0,board=HDMI-2:rotate=left:audio=plughw:1,3"
UNITS = ("turnero-device.service", "turnero-screens.service")


def install(root: Path, *words: str) -> Result:
    return CliRunner().invoke(main, ["device", "install", "--root", str(root), *words])


def files(root: Path) -> dict[str, str]:
    return {str(one.relative_to(root)): one.read_text() for one in root.rglob("*") if one.is_file()}


def test_it_says_each_file_that_it_wrote_and_what_to_do_next(tmp_path: Path) -> None:
    done = install(tmp_path, "--server", SERVER, "--screens", BOTH)
    assert done.exit_code == 0, done.output
    written = files(tmp_path)
    assert len(written) == 8
    for path in written:
        assert f"wrote      /{path}  (" in done.output
    assert "systemctl enable turnero-device turnero-screens" in done.output
    assert "systemctl restart turnero-device turnero-screens" in done.output
    assert f"Then open {SERVER}/boxes and approve" in done.output
    assert f"TURNERO_SERVER={SERVER}\n" in written["etc/turnero/device.env"]


def test_a_box_without_screens_gets_no_browser(tmp_path: Path) -> None:
    assert install(tmp_path, "--server", SERVER).exit_code == 0
    assert not any("chromium" in path or "screens" in path for path in files(tmp_path))


def test_doing_it_again_changes_nothing_and_remembers_what_was_said(tmp_path: Path) -> None:
    install(tmp_path, "--server", SERVER, "--screens", BOTH)
    before = files(tmp_path)
    again = install(tmp_path)
    assert again.exit_code == 0, again.output
    assert again.output.count("unchanged  /etc/") == 8
    assert files(tmp_path) == before


def test_an_address_outside_is_asked_by_the_installed_box_until_it_is_taken_back(
    tmp_path: Path,
) -> None:
    told = "TURNERO_PING=https://hc.example.org/1f2e\n"
    place = tmp_path / "etc/turnero/device.env"
    install(tmp_path, "--server", SERVER, "--ping", "https://hc.example.org/1f2e")
    assert told in place.read_text()
    assert place.stat().st_mode & 0o007 == 0
    install(tmp_path)
    assert told in place.read_text(), "it is remembered"
    assert install(tmp_path, "--ping", "hc.example.org").exit_code == 1
    assert told in place.read_text()
    install(tmp_path, "--ping", "")
    assert "PING" not in place.read_text()


def test_where_its_alarms_go_is_written_by_hand_and_stays(tmp_path: Path) -> None:
    place = tmp_path / "etc/turnero/device.env"
    install(tmp_path, "--server", SERVER)
    told = "TURNERO_ALARM=smtps://u:p=w@mail.example.org\nTURNERO_ALARM_TO=ti@example.org\n"
    place.write_text(place.read_text() + told)
    install(tmp_path)
    assert told in place.read_text()
    assert place.stat().st_mode & 0o007 == 0


def test_what_was_changed_by_hand_is_put_right_and_said(tmp_path: Path) -> None:
    install(tmp_path, "--server", SERVER, "--screens", BOTH)
    policy = tmp_path / "etc/chromium/policies/managed/turnero.json"
    policy.write_text("{}")
    again = install(tmp_path)
    assert "changed    /etc/chromium/policies/managed/turnero.json" in again.output
    assert json.loads(policy.read_text())["URLBlocklist"][0] == "*"


def test_a_dry_run_shows_every_file_and_writes_none(tmp_path: Path) -> None:
    done = install(tmp_path, "--server", SERVER, "--screens", BOTH, "--dry-run")
    assert done.exit_code == 0
    assert not files(tmp_path)
    assert "# /etc/chromium/policies/managed/turnero.json (new)" in done.output
    assert '"URLBlocklist": [' in done.output
    assert "WatchdogSec=60" in done.output
    assert "nothing was written" in done.output


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ([], "which server?"),
        (["--server", "ftp://x"], "is not the address of a server"),
        (["--server", "http://[::1"], "is not the address of a server"),
        (["--server", SERVER, "--ping", "http://["], "--ping wants an http(s) address"),
        (["--screens", "kiosk"], '"kiosk" is not of the form kiosk=HDMI-1'),
        (["--screens", "tv=HDMI-1"], 'a screen shows kiosk or board, not "tv"'),
        (["--screens", "kiosk=HDMI 1"], '"HDMI 1" is no output; "xrandr" lists them'),
        (["--screens", "kiosk=DP-1:rotate=90"], 'normal, left, right or inverted, not "90"'),
        (["--screens", "kiosk=DP-1:turn=left"], 'kiosk has no "turn"; there are rotate'),
        (["--screens", "kiosk=DP-1:audio="], "audio of kiosk has nothing usable"),
        (["--screens", "kiosk=DP-1:rotate=left:rotate=left"], 'kiosk says "rotate" twice'),
        (["--screens", "kiosk=DP-1,kiosk=DP-2"], "kiosk is shown on two screens"),
        (["--screens", "kiosk=DP-1,board=DP-1"], "DP-1 is named for two screens"),
        (["--screens", "kiosk=A:touch=E,board=B:touch=E"], "E is named as the touch panel of two"),
        (["--screens", 'kiosk=A:touch=x"\nExecStart=y'], "touch of kiosk has nothing usable"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    tmp_path: Path, words: list[str], said: str
) -> None:
    given = words if not words or words[0] == "--server" else ["--server", SERVER, *words]
    done = install(tmp_path, *given)
    assert done.exit_code == 1
    assert said in done.output
    assert "Traceback" not in done.output
    assert not files(tmp_path)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "etc").write_text("a file")
    done = install(tmp_path, "--server", SERVER)
    assert done.exit_code == 1
    assert "turnero: " in done.output
    assert "Traceback" not in done.output


@pytest.mark.requires("systemd")
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    install(tmp_path, "--server", SERVER, "--screens", BOTH)
    units = [tmp_path / "etc/systemd/system" / one for one in UNITS]
    for unit in units:  # the programs of a box, which this machine may not have
        unit.write_text(re.sub(r"(?m)^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text()))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *units],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stderr == ""
    assert done.returncode == 0


@pytest.mark.requires("systemd")
def test_the_program_of_a_box_is_hardly_exposed(tmp_path: Path) -> None:
    install(tmp_path, "--server", SERVER, "--screens", BOTH)
    for unit, most in zip(
        UNITS, (20, 75), strict=True
    ):  # tenths; the browser makes its own sandbox
        done = subprocess.run(
            [
                *("systemd-analyze", "security", "--offline=yes", "--no-pager"),
                *(f"--threshold={most}", tmp_path / "etc/systemd/system" / unit),
            ],
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )
        assert done.returncode == 0, done.stdout[-200:]


def calls(name: str) -> set[str]:
    """The system calls of one of systemd's sets."""
    if not name.startswith("@"):
        return {name}
    words = ["systemd-analyze", "syscall-filter", name]
    said = subprocess.run(words, capture_output=True, text=True, check=True, timeout=20).stdout
    lines = (line.strip() for line in said.splitlines()[1:])
    return set().union(*(calls(one) for one in lines if one and not one.startswith("#")))


@pytest.mark.requires("systemd")
def test_the_program_may_ask_whether_its_clock_is_right_and_not_set_it(tmp_path: Path) -> None:
    """Without that answer a box that was switched off gives no number before it has heard its server."""
    install(tmp_path, "--server", SERVER)
    unit = (tmp_path / "etc/systemd/system/turnero-device.service").read_text()
    assert "ProtectClock=yes" not in unit, "it forbids the question too"
    allowed: set[str] = set()
    for words in re.findall(r"(?m)^SystemCallFilter=(.*)$", unit):
        found = set().union(*(calls(one) for one in words.removeprefix("~").split()))
        allowed = allowed - found if words.startswith("~") else allowed | found
    asking = {
        "adjtimex",
        "clock_adjtime",
        "clock_adjtime64",
    }  # whichever the system's library takes
    assert asking | {"read", "openat"} <= allowed
    assert not {"clock_settime", "settimeofday"} & allowed
    assert "\nCapabilityBoundingSet=\n" in unit, "without a capability adjtimex only answers"


@pytest.mark.requires("systemd")
def test_the_users_and_groups_are_made_as_written(tmp_path: Path) -> None:
    install(tmp_path, "--server", SERVER, "--screens", BOTH)
    users = tmp_path / "etc/sysusers.d/turnero.conf"
    done = subprocess.run(
        ["systemd-sysusers", "--dry-run", users],
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )
    assert done.returncode == 0, done.stderr
    for made in ("turnero-hardware", "turnero-device", "turnero-screens"):
        assert made in done.stderr


def test_udev_reads_the_rules(tmp_path: Path) -> None:
    install(tmp_path, "--server", SERVER)
    rules = tmp_path / "etc/udev/rules.d/70-turnero.rules"
    text = rules.read_text()
    assert set(re.findall(r'GOTO="(\w+)"', text)) == set(re.findall(r'LABEL="(\w+)"', text))
    assert text.count('GROUP="turnero-hardware", MODE="0660"') >= 17
    udevadm = shutil.which("udevadm", path="/usr/bin:/usr/sbin:/bin:/sbin")
    helped = subprocess.run(
        [udevadm or "true", "--help"], capture_output=True, text=True, check=False, timeout=20
    )
    if "verify" in helped.stdout:  # systemd 254 and later
        done = subprocess.run([str(udevadm), "verify", rules], check=False, timeout=20)
        assert done.returncode == 0


def test_outputs_stand_side_by_side_and_the_others_are_off() -> None:
    said = (
        "Screen 0: minimum 320 x 200, current 3000 x 1920, maximum 16384 x 16384\n"
        "HDMI-1 connected primary 1920x1080+0+0 (normal left) 476mm x 268mm\n"
        "   1920x1080     60.00*+\n"
        "HDMI-2 connected 1080x1920+1920+0 left (normal left) 476mm x 268mm\n"
        "DP-1 connected (normal left inverted right)\n"
        "DP-2 disconnected (normal left inverted right)\n"
    )
    outputs = showing.connected(said)
    assert outputs == {
        "HDMI-1": Area(1920, 1080, 0, 0),
        "HDMI-2": Area(1080, 1920, 1920, 0),
        "DP-1": None,
    }
    layout = Layout(SERVER, screens.read(BOTH))
    assert " ".join(showing.arranging(layout, set(outputs))) == (
        "--output HDMI-1 --auto --rotate normal --primary --pos 0x0 "
        "--output HDMI-2 --auto --rotate left --right-of HDMI-1 --output DP-1 --off"
    )


def test_a_screen_shows_its_own_page_with_its_own_sound(tmp_path: Path) -> None:
    kiosk, board = screens.read(BOTH)
    assert showing.address(kiosk) == f"{LOCAL}/"
    assert showing.address(board) == f"{BOARD}/board"
    words = showing.chromium(board, Area(1080, 1920, 1920, 0), "x", tmp_path, "chromium")
    assert "--kiosk" in words
    assert "--alsa-output-device=plughw:1,3" in words
    assert "--window-position=1920,0" in words
    assert kiosk == Screen("kiosk", "HDMI-1", touch="ELO Touch 2.0")

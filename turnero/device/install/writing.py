"""An installation's files put in their places, or only shown."""

from collections.abc import Iterator
from pathlib import Path
from typing import Literal, NamedTuple

from turnero.device.install import policy, rules, showing, units
from turnero.device.install.shape import ENVIRONMENT, SCREENS, File, Plan, Screen

Done = Literal["new", "changed", "same"]


class Written(NamedTuple):
    """A file, and what became of it."""

    file: File
    done: Done


def files(plan: Plan) -> list[File]:
    """Every file of an installation, in the order in which they are needed."""
    found = [*units.files(plan), rules.file()]
    return [*found, policy.file(plan)] if plan.screens else found


def compare(plan: Plan, root: Path) -> Iterator[Written]:
    """What writing would do; nothing is written."""
    for file in files(plan):
        place = _place(root, file)
        if not place.exists():
            yield Written(file, "new")
        else:
            same = (
                place.read_text("utf-8") == file.text and place.stat().st_mode & 0o777 == file.mode
            )
            yield Written(file, "same" if same else "changed")


def write(plan: Plan, root: Path) -> list[Written]:
    """Write what is not there yet or not so. Each file is whole at every moment. Raises `OSError`."""
    found = list(compare(plan, root))
    for file, done in found:
        if done != "same":
            place = _place(root, file)
            place.parent.mkdir(parents=True, exist_ok=True)
            fresh = place.with_name(f".{place.name}.new")
            fresh.write_text(file.text, "utf-8")
            fresh.chmod(file.mode)
            fresh.replace(place)
    return found


def environment_before(root: Path) -> dict[str, str]:
    """What the program was told by an earlier installation."""
    try:
        lines = (root / ENVIRONMENT.relative_to("/")).read_text("utf-8").splitlines()
    except OSError:
        return {}
    return {name: value for name, equals, value in (one.partition("=") for one in lines) if equals}


def screens_before(root: Path) -> tuple[Screen, ...]:
    """The screens of an earlier installation."""
    place = root / SCREENS.relative_to("/")
    return showing.read(place).screens if place.exists() else ()


def next_steps(plan: Plan) -> list[str]:
    """What somebody has to do now, a line each."""
    unit_names = "turnero-device turnero-screens" if plan.screens else "turnero-device"
    steps = [
        "systemd-sysusers",
        "udevadm control --reload && udevadm trigger",
        "systemctl restart systemd-journald",
        "systemctl daemon-reload",
    ]
    if plan.screens:
        steps.insert(
            0,
            "apt-get install chromium xserver-xorg-core xserver-xorg-input-libinput xinit "
            "x11-xserver-utils xinput alsa-utils",
        )
    # restarted: after a change they run already
    steps.append(f"systemctl enable {unit_names} && systemctl restart {unit_names}")
    return steps


def _place(root: Path, file: File) -> Path:
    return root / file.path.relative_to("/")

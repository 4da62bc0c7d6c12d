"""Where the demonstration may run: this machine only, in a data folder of its own. Imports little."""

import shutil
from datetime import date
from ipaddress import ip_address
from pathlib import Path

from turnero.server.settings import Settings, default_data

#: lies in a data folder that the demonstration made: without it a folder is somebody's own
MARK = "demo.txt"
DATABASE = "turnero.db"


def default_folder() -> Path:
    """Today's folder, so that each day begins with people who came today; yesterday's is removed."""
    all_days = default_data("demo")
    today = all_days / date.today().isoformat()  # noqa: DTZ011 - this machine's own day
    if all_days.is_dir():
        for old in all_days.iterdir():
            if old != today and (old / MARK).is_file():
                shutil.rmtree(old, ignore_errors=True)
    return today


def may_run(settings: Settings) -> str | None:
    """Why the demonstration cannot run with these settings, or None."""
    try:
        loopback = settings.host == "localhost" or ip_address(settings.host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        return (
            f"the demonstration signs its visitors in, so it answers this machine only, not {settings.host}: "
            "leave --host out, or serve a site of your own without --demo"
        )
    if settings.postgres is not None:
        return "the demonstration uses SQLite: leave the setting `database` out"
    if (settings.data / DATABASE).exists() and not (settings.data / MARK).exists():
        return (
            f"{settings.data} holds an installation of your own, and the demonstration opens it to every "
            "visitor: choose another folder with --data, or serve it without --demo"
        )
    return None

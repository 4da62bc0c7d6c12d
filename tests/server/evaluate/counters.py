"""Recorded days of made-up counters for tests: people come and are served at random, from a seed."""

from pathlib import Path
from random import Random

from turnero.server.traces import COLUMNS


def day(seed: int, *, minutes: float = 5.0, desks: int = 2) -> list[tuple[int, int, int, int]]:
    """Rows (minute, desks, waiting, called) every five minutes from 480, of a morning that fills up."""
    random = Random(seed)
    at, waiting, called, rows = 480.0, 3, 0, []
    free = [480.0 + random.expovariate(1 / minutes) for _ in range(desks)]
    comes = 480.0
    for minute in range(480, 780, 5):
        while at < minute:
            at = min(comes, *free)
            if at >= minute:
                break
            if at == comes:
                waiting += 1
                busy = 0.8 if at < 540 else 1.15 if at < 660 else 0.5
                comes += random.expovariate(busy * desks / minutes)
            else:
                called, waiting = (called + 1, waiting - 1) if waiting else (called, waiting)
                place = free.index(at)
                free[place] = at + (random.expovariate(1 / minutes) if waiting else 1.0)
        rows.append((minute, desks, waiting, called))
        at = float(minute)
    return rows


def lines(days: dict[tuple[str, str, str], list[tuple[int, int, int, int]]]) -> list[str]:
    """The file's lines of (office, day, queue) → rows, header first."""
    found = [",".join(COLUMNS)]
    for (office, date, queue), rows in days.items():
        found += [f"{office},{date},{queue},A,{m},{d},{w},{c},10" for m, d, w, c in rows]
    return found


def offices(days: int = 8) -> list[str]:
    """Two offices with two queues each."""
    return lines(
        {
            (office, f"2026-01-{number + 1:02}", queue): day(
                number * 10 + place, minutes=minutes, desks=desks
            )
            for office, queues in (("North", ((5.0, 1), (6.0, 2))), ("South", ((9.0, 3), (4.0, 1))))
            for number in range(days)
            for place, (queue, (minutes, desks)) in enumerate(zip("12", queues, strict=True))
        }
    )


def write(folder: Path, text: list[str]) -> Path:
    """As a file."""
    path = folder / "counters.csv"
    path.write_text("\n".join(text) + "\n", "utf-8")
    return path

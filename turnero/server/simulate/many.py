"""Scripts played over many seeds, on one processor or several; nothing is left behind."""

import os
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path

from turnero.server.simulate.rehearsal import Played, play, prepared
from turnero.server.simulate.script import Script


def rehearse(
    scripts: Sequence[Script],
    seeds: Sequence[int],
    *,
    jobs: int | None = None,
    advance: Callable[[], object] = lambda: None,
) -> list[list[Played]]:
    """Each script over all seeds, in their order. `advance` is called after each day played.

    `jobs`: how many processes; None: as many as there are processors, 1: this one.
    """
    wanted = min(jobs or os.cpu_count() or 1, len(scripts) * len(seeds))
    with tempfile.TemporaryDirectory(prefix="turnero-rehearsal-") as scratch:
        rooms = [Path(scratch) / str(n) for n in range(len(scripts))]
        for room in rooms:
            room.mkdir()
        templates = [prepared(one, room) for one, room in zip(scripts, rooms, strict=True)]
        days = [(n, seed) for seed in seeds for n in range(len(scripts))]
        found: dict[tuple[int, int], Played] = {}
        if wanted == 1:
            for n, seed in days:
                found[n, seed] = play(scripts[n], seed, templates[n], rooms[n])
                advance()
        else:
            with ProcessPoolExecutor(wanted, get_context("spawn")) as pool:
                futures = {
                    pool.submit(play, scripts[n], seed, templates[n], rooms[n]): (n, seed)
                    for n, seed in days
                }
                try:
                    for future in as_completed(futures):
                        found[futures[future]] = future.result()
                        advance()
                except BaseException:
                    pool.shutdown(wait=False, cancel_futures=True)
                    raise
        return [[found[n, seed] for seed in seeds] for n in range(len(scripts))]

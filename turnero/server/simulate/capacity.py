"""Whether the desks of a script can do the work that comes, hour by hour. Pure.

A flow: each service's work of an hour (people times minutes) goes to the desks that serve it, as
far as they work in that hour. What no desk can take is too much, and the services and desks of the
minimum cut are those it is about (Ford and Fulkerson): no other desk could have helped them.
"""

from collections import deque
from math import inf
from typing import Final

import msgspec

from turnero.queue.site_shape import SiteFile
from turnero.server.simulate.formulas import mean_wait
from turnero.server.simulate.script import HOUR, Script, Span

#: load from which waits are told to be long though the work can be done
NEARLY: Final = 0.9
_NOTHING: Final = 1e-6
_SOURCE: Final = "source"
_SINK: Final = "sink"


class Load(msgspec.Struct, frozen=True):
    """More, or nearly more, work than desks in one hour."""

    hour: int
    services: tuple[str, ...]
    desks: int
    #: minutes of work that come, and that the desks have
    work: float
    time: float
    #: the mean wait that theory gives such an hour if it went on for ever, minutes; None: no end
    settled: float | None = None

    @property
    def too_much(self) -> float:
        """Minutes of work for which there is no desk; 0: it can be done."""
        return max(0.0, self.work - self.time)


def loads(script: Script, file: SiteFile) -> list[Load]:
    """The hours with more work than the desks can do, or with nearly so."""
    found: list[Load] = []
    for hour in range(24):
        span = Span(hour * HOUR, (hour + 1) * HOUR)
        people = _people(script, file, span)
        each = {key: script.times[key].mean + _between(script) for key in people}
        work = {key: n * each[key] for key, n in people.items() if n * each[key] > _NOTHING}
        time = {
            key: sum(span.overlap(one) for one in shifts) for key, shifts in script.shifts.items()
        }
        serves = {
            one.key: {*one.primary, *one.overflow} & set(work)
            for one in file.desk
            if time.get(one.key, 0) > 0
        }
        if not work:
            continue
        full = _full(work, serves, time)
        if full:
            found.append(_load(hour, full, people, work, serves, time))
            continue
        found += [
            load
            for pool in _pools(work, serves)
            if (load := _load(hour, pool, people, work, serves, time)).work > NEARLY * load.time
        ]
    return found


def _load(
    hour: int,
    services: set[str],
    people: dict[str, float],
    work: dict[str, float],
    serves: dict[str, set[str]],
    time: dict[str, float],
) -> Load:
    desks = [key for key, mine in serves.items() if mine & services]
    minutes = sum(work[key] for key in services)
    have = sum(time[key] for key in desks)
    settled = None
    if desks and minutes < have:
        # As if all of them stood in one line before desks that work the whole hour.
        come = sum(people[key] for key in services)
        wait_h = mean_wait(come, HOUR * come / minutes, max(1, round(have / HOUR)))
        settled = None if wait_h == inf else 60 * wait_h
    return Load(
        hour,
        tuple(sorted(services)),
        len(desks),
        round(minutes, 1),
        round(have, 1),
        None if settled is None else round(settled, 1),
    )


def _between(script: Script) -> float:
    return sum(script.between) / len(script.between)


def _people(script: Script, file: SiteFile, span: Span) -> dict[str, float]:
    """Service → people to attend who come in that time, and whom a path brings there."""
    paths = {one.key: one.path for one in file.service}
    come: dict[str, float] = {}

    def add(service: str, people: float) -> None:
        for key in (service, *paths.get(service, ())):
            come[key] = come.get(key, 0.0) + people

    for stream in script.streams:
        people = sum(span.overlap(one) / HOUR * rate for one, rate in stream.rates)
        add(stream.service, people * (1 - stream.no_shows))
    for person in script.people:
        if span.start <= person.minute < span.end and not person.no_show:
            for service in (person.service, *person.then):
                add(service, 1)
    return come


def _pools(work: dict[str, float], serves: dict[str, set[str]]) -> list[set[str]]:
    """Services that share desks, directly or through others."""
    pools: list[set[str]] = []
    for service in work:
        mine = {service}.union(*(one for one in serves.values() if service in one))
        apart = [pool for pool in pools if not pool & mine]
        pools = [*apart, mine.union(*(pool for pool in pools if pool & mine))]
    return pools


def _full(work: dict[str, float], serves: dict[str, set[str]], time: dict[str, float]) -> set[str]:
    """The services of the minimum cut; none where all the work can be done."""
    room: dict[str, dict[str, float]] = {_SOURCE: {}, _SINK: {}}

    def edge(here: str, there: str, most: float) -> None:
        room.setdefault(here, {})[there] = most
        room.setdefault(there, {}).setdefault(here, 0.0)

    for service, minutes in work.items():
        edge(_SOURCE, f"s/{service}", minutes)
    for desk, mine in serves.items():
        edge(f"d/{desk}", _SINK, time[desk])
        for service in mine:
            edge(f"s/{service}", f"d/{desk}", work[service])
    done = 0.0
    while (path := _path(room)) is not None:
        most = min(room[here][there] for here, there in path)
        for here, there in path:
            room[here][there] -= most
            room[there][here] += most
        done += most
    if sum(work.values()) - done <= _NOTHING * len(work):
        return set()
    return {key for key in work if f"s/{key}" in _reached(room)}


def _reached(room: dict[str, dict[str, float]]) -> dict[str, str]:
    """What can still be reached from the source, and from where."""
    came = {_SOURCE: ""}
    queue = deque([_SOURCE])
    while queue:
        here = queue.popleft()
        for there, most in room[here].items():
            if most > _NOTHING and there not in came:
                came[there] = here
                queue.append(there)
    return came


def _path(room: dict[str, dict[str, float]]) -> list[tuple[str, str]] | None:
    came = _reached(room)
    if _SINK not in came:
        return None
    path, there = [], _SINK
    while there != _SOURCE:
        path.append((came[there], there))
        there = came[there]
    return path

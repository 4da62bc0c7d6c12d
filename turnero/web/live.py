"""The live stream: views rendered once for each fact, and sent to everybody who shows them.

State, not differences: a subscriber always gets the whole of a view, at once when it comes
and whenever it changed; of several changes in a row the last is enough. So nothing is queued
for a slow one but the latest of each view.
"""

import asyncio
import logging
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence

import msgspec

from turnero.store.errors import NotFound, Refused
from turnero.store.facts import Entry
from turnero.web.feed import Feed
from turnero.web.permissions import PERMISSIONS, PUBLIC
from turnero.web.principal import Principal
from turnero.web.seats import Seat, Seats
from turnero.web.view import LiveContext, View

log = logging.getLogger("turnero.web")

#: seconds between signs of life
BEAT_S = 5.0
#: seconds that a view is kept up to date after its last subscriber left
LINGER_S = 60.0
#: a view is rendered at most this often; the first change is not held back
PACE_S = 0.1
#: seconds before a view that failed is tried again
RETRY_S = 1.0

_json = msgspec.json.Encoder()


class Spot(msgspec.Struct, frozen=True):
    """What is rendered once: a view of a site, for an argument, in a language."""

    view: str
    site: int
    arg: str
    language: str

    @property
    def key(self) -> str:
        """The name by which a page asked for it, and by which it is answered."""
        return f"{self.view}:{self.language}:{self.arg}"


def event(name: str, **data: object) -> bytes:
    """A named event of a stream."""
    return b"event: " + name.encode() + b"\ndata: " + _json.encode(data) + b"\n\n"


class Stream:
    """One window's subscription: the latest of each of its views, until it is taken."""

    def __init__(self, hub: "Hub", principals: Iterable[Principal], address: str) -> None:
        self._hub = hub
        self._pending: dict[str, bytes] = {}
        self._wake = asyncio.Event()
        self.seat = hub.seats.take(principals, address, self._wake.set)
        self.rooms: list[Room] = []
        #: nothing will follow what is to be sent
        self.over = False

    def put(self, key: str, data: bytes) -> None:
        """Something to send; what waited under the same key is overtaken."""
        self._pending[key] = data
        self._wake.set()

    async def chunks(self) -> AsyncGenerator[bytes, None]:
        """What to write: a greeting, then changes as they come and signs of life between."""
        try:
            yield b"retry: 2000\n" + self._hub.greeting()
            while not self.seat.lapsed(self._hub.now_ms()):
                try:
                    async with asyncio.timeout(self._hub.beat_s):
                        await self._wake.wait()
                except TimeoutError:
                    yield event("beat", at_ms=self._hub.now_ms())
                    continue
                self._wake.clear()
                if self._pending and not self.seat.lapsed(self._hub.now_ms()):
                    data = b"".join(self._pending.values())
                    self._pending.clear()
                    yield data
                if self.over:
                    return
        finally:
            self._hub.leave(self)


class Room:
    """A spot and those who watch it."""

    def __init__(self, hub: "Hub", spot: Spot, view: View, feed: Feed) -> None:
        self._hub = hub
        self.spot = spot
        self.view = view
        self._feed = feed
        self.streams: set[Stream] = set()
        #: those who came while it was rendered, and still have nothing
        self._came: set[Stream] = set()
        self._html: str | None = None
        self._data = b""
        self._dirty = False
        self._task: asyncio.Task[None] | None = None
        self._timer: asyncio.TimerHandle | None = None

    def join(self, stream: Stream) -> None:
        """Watch; the present state comes at once, or as soon as it is rendered.

        Never first one that is known to be overtaken: a board that comes back would announce
        somebody who was called and has gone meanwhile.
        """
        self.streams.add(stream)
        if self._html is not None and self._task is None:
            stream.put(self.spot.key, self._data)
            return
        self._came.add(stream)
        if self._task is None:
            self.touch()

    def touch(self) -> None:
        """Something changed: render anew, now or after the rendering under way."""
        self._dirty = True
        if self._task is None:
            self._task = asyncio.create_task(self._run())

    def drop(self) -> None:
        """Forget it."""
        if self._task is not None:
            self._task.cancel()
        if self._timer is not None:
            self._timer.cancel()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            while self._dirty:
                self._dirty = False
                started = loop.time()
                await self._render()
                if self._dirty:
                    await asyncio.sleep(max(0.0, started + PACE_S - loop.time()))
        finally:
            self._task = None
        self._again_in(self.view.refresh_s)

    def _again_in(self, seconds: float | None) -> None:
        if seconds is not None:
            if self._timer is not None:
                self._timer.cancel()
            self._timer = asyncio.get_running_loop().call_later(seconds, self.touch)

    async def _render(self) -> None:
        spot, seq = self.spot, self._feed.seq
        came, self._came = self._came, set()
        try:
            html = await self.view.render(self._hub.context, spot.site, spot.arg, spot.language)
        except NotFound as gone:
            self._html = None
            self._send(event("refused", view=spot.key, status=gone.status), self.streams)
            self._came.clear()
            return
        except Exception:
            # what was last shown stays; the page goes on, and so does every other view
            log.exception("live view %s failed", spot.view)
            if self._html is not None:
                self._send(self._data, came)
            await asyncio.sleep(RETRY_S)
            self._dirty = True
            return
        lacking = came | self._came
        if html != self._html:
            self._html = html
            body = _json.encode({"view": spot.key, "seq": seq, "html": html})
            self._data = b"id: %d-%d\ndata: " % (spot.site, seq) + body + b"\n\n"
            lacking = self.streams
        # of those who came meanwhile, the next rendering is for whom this one is overtaken already
        if not self._dirty:
            self._came.clear()
        self._send(self._data, lacking - self._came)

    def _send(self, data: bytes, streams: set[Stream]) -> None:
        for stream in streams & self.streams:
            stream.put(self.spot.key, data)


class Hub:
    """All rooms and streams of this process. Lives on one loop."""

    def __init__(
        self,
        context: LiveContext,
        views: Sequence[View],
        *,
        version: str,
        beat_s: float = BEAT_S,
    ) -> None:
        self.context = context
        self.version = version
        self.beat_s = beat_s
        self._views: dict[str, View] = {}
        for view in views:
            if self._views.setdefault(view.name, view) is not view:
                raise ValueError(f"two live views are called {view.name!r}")
            if view.permission != PUBLIC and view.permission not in PERMISSIONS:
                raise ValueError(f"live view {view.name!r} names no permission of ours")
        self._feeds: dict[int, Feed] = {}
        self._rooms: dict[Spot, Room] = {}
        self.seats = Seats()
        self._stopped = False

    # --- what pages' streams need ------------------------------------------------------------

    def view(self, name: str) -> View:
        """The view of that name. Raises `NotFound`."""
        try:
            return self._views[name]
        except KeyError:
            raise NotFound("view-unknown") from None

    def open(self, principals: Iterable[Principal] = (), address: str = "") -> Stream:
        """A new stream, still without views. Raises `Refused` (503) when there are too many.

        It ends when one of the principals is not proved any more. The public is counted by address.
        """
        if self._stopped:
            raise Refused("too-many-streams", 503)
        return Stream(self, principals, address)

    async def join(
        self, stream: Stream, name: str, language: str, arg: str, principal: Principal
    ) -> None:
        """Put a view on a stream. Raises `NotFound` or `Refused` when the principal may not."""
        view = self.view(name)
        site = await view.admit(self.context, principal, arg)
        feed = self.feed(site)
        # the journal's head first, then the state: a fact between the two is heard
        await feed.start()
        spot = Spot(name, site, arg, language)
        room = self._rooms.get(spot)
        if room is None:
            room = self._rooms[spot] = Room(self, spot, view, feed)
        stream.rooms.append(room)
        room.join(stream)

    def leave(self, stream: Stream) -> None:
        """Forget a stream; its views linger, because most come back within seconds."""
        self.seats.free(stream.seat)
        for room in stream.rooms:
            room.streams.discard(stream)
            if not room.streams and not self._stopped:
                asyncio.get_running_loop().call_later(LINGER_S, self._tidy, room)
        stream.rooms.clear()

    def _tidy(self, room: Room) -> None:
        if not room.streams and self._rooms.get(room.spot) is room:
            del self._rooms[room.spot]
            room.drop()

    # --- what tells of changes ---------------------------------------------------------------

    def poke(self, view: str, site: int, arg: str | None = None) -> None:
        """State outside the journal changed (a heartbeat): render this view of a site anew."""
        for spot, room in self._rooms.items():
            if spot.view == view and spot.site == site and arg in (None, spot.arg):
                room.touch()

    def feed(self, site: int) -> Feed:
        """The site's journal as it grows; call its `start` before anything else."""
        feed = self._feeds.get(site)
        if feed is None:
            feed = self._feeds[site] = Feed(self.context.ledger, site, self._heard)
        return feed

    def _heard(self, site: int, entries: list[Entry]) -> None:
        for spot, room in list(self._rooms.items()):
            if spot.site == site:
                try:
                    concerned = any(room.view.concerns(entry, spot.arg) for entry in entries)
                except Exception:
                    log.exception("live view %s cannot judge a fact", spot.view)
                    concerned = True
                if concerned:
                    room.touch()

    # --- the API's stream of facts -----------------------------------------------------------

    async def facts(
        self,
        site: int,
        after: int,
        encode: Callable[[Entry], bytes],
        seat: Seat | None = None,
    ) -> AsyncGenerator[bytes, None]:
        """The site's facts after a number, as written by `encode`, with signs of life between.

        `encode` must be the same function each time: its bytes are kept and shared. A client
        whose number is beyond the journal (restored from a backup) is told to start again by
        `event: reset` with the journal's head, and gets what comes after it. With `seat` it
        ends when that has lapsed: at once if something happens, else at the next sign of life.
        """
        feed = self.feed(site)
        await feed.start()
        yield b"retry: 2000\n" + self.greeting()
        if after > (head := feed.seq):
            after = head  # before the pause of `yield`: a fact may come in it
            yield event("reset", head=head)
        async for chunk in feed.facts(after, encode, self.beat_s):
            if self._stopped or (seat is not None and seat.lapsed(self.now_ms())):
                return
            yield chunk or event("beat", at_ms=self.now_ms())

    # --- life --------------------------------------------------------------------------------

    def now_ms(self) -> int:
        """The server's wall clock, so that screens can correct theirs."""
        return self.context.web.clock.now_ms()

    def greeting(self) -> bytes:
        """The first event: which version of the pages this is, what time, how often it beats."""
        return event("hello", version=self.version, at_ms=self.now_ms(), beat_s=self.beat_s)

    def readers(self, view: str, site: int) -> int:
        """How many windows show this view of a site now."""
        return sum(
            len(room.streams)
            for spot, room in self._rooms.items()
            if spot.view == view and spot.site == site
        )

    def watching(self, view: str) -> set[tuple[int, str]]:
        """Site and argument of each of this view's spots that somebody has open now."""
        return {
            (spot.site, spot.arg)
            for spot, room in self._rooms.items()
            if spot.view == view and room.streams
        }

    @property
    def streams(self) -> int:
        """How many streams are open, for the metrics."""
        return len(self.seats)

    def stop(self) -> None:
        """End every stream now, so that the server can stop."""
        self._stopped = True
        self.seats.end_all()
        for room in self._rooms.values():
            room.drop()
        self._rooms.clear()
        for feed in self._feeds.values():
            feed.stop()

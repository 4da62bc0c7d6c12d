"""A kiosk without its server: the numbers it is given, and what becomes of the tickets it made."""

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace
from sqlalchemy import bindparam, select

from tests.queue.engines import both_engines
from tests.queue.hall import MORNING_MS, Hall
from tests.queue.refusal import refused
from turnero.queue import requests, tables
from turnero.queue.commands import leases, offline
from turnero.queue.commands.moves import cancel
from turnero.queue.commands.pauses import pause_service
from turnero.queue.facts import AlarmRaised, NumbersLeased, TicketCancelled, TicketIssued
from turnero.queue.requests import BringTicket, KioskLease, LeaseKiosk, NotBrought, TicketMove
from turnero.store.errors import Invalid
from turnero.store.sql import Statement

HOUR_MS = 3_600_000
ROW = Statement(select(tables.ticket).where(tables.ticket.c.id == bindparam("id")))
FIGURES = Statement(
    select(tables.alarm.c.kind, tables.alarm.c.subject, tables.alarm.c.figures).where(
        tables.alarm.c.kind == bindparam("kind")
    )
)
BOX = "box:1.entrance"


async def lease(hall: Hall, kiosk: str = "k1", *enough: str) -> dict[str, KioskLease]:
    """What a kiosk gets, by service."""
    made = await hall.act(leases.lease_kiosk, LeaseKiosk(kiosk, enough), BOX)
    return {one.service: one for one in made.leases}


def ticket(held: KioskLease, count: int, taken_ms: int, **more: Any) -> requests.Upload:
    """A ticket that kiosk k1 made of a number that it held."""
    made = requests.Upload(
        service=held.service,
        number=f"{held.prefix}{held.first + count:03d}",
        taken_ms=taken_ms,
        place="k1",
        language="es",
        id=f"{count:032x}",
        code=f"code{count:018d}",
        lease=held.lease,
        day=held.day,
    )
    return replace(made, **more)


async def bring(
    hall: Hall, wanted: requests.Upload, instead_of: str | None = None
) -> requests.TicketBrought:
    """Bring it."""
    return await hall.act(offline.bring, BringTicket(wanted, instead_of), BOX)


async def notice(hall: Hall) -> dict[str, Any]:
    """What the supervisor's notice says."""
    ((kind, subject, figures),) = await hall.rows(FIGURES, kind=offline.BROUGHT)
    assert (kind, subject) == ("kiosk-brought", "k1")
    return dict(msgspec.json.decode(figures))


# --- numbers held ready --------------------------------------------------------------------------


@both_engines
async def test_kiosks_get_numbers_of_a_range_that_nobody_else_has(hall: Hall) -> None:
    first, second = await lease(hall), await lease(hall, "k2")
    caja = first["caja"], second["caja"]
    assert [(one.first, one.last, one.prefix) for one in caja] == [(700, 799, "C"), (800, 899, "C")]
    assert await hall.number("caja") == "C001", "the series goes on from where it was"
    told = [one for one in await hall.facts(NumbersLeased) if one.service == "caja"]
    assert [(one.first, one.last, one.place) for one in told] == [
        ("C700", "C799", "k1"),
        ("C800", "C899", "k2"),
    ]
    assert "caja" not in await lease(hall, "k1", "caja"), "it has enough"
    third, fourth = await lease(hall), await lease(hall)
    assert (third["caja"].first, fourth["caja"].first) == (900, 1700), "the next thousand's"


async def test_the_series_steps_over_the_range_only_where_a_kiosk_has_it(hall: Hall) -> None:
    held = await hall.act(leases.lease, requests.LeaseNumbers("caja", 500))
    assert held.last == "C500"
    await lease(hall)
    assert (await hall.act(leases.lease, requests.LeaseNumbers("caja", 199))).last == "C699"
    assert await hall.number("caja") == "C1000"


async def test_a_block_across_the_range_goes_beyond_it_whole(hall: Hall) -> None:
    await lease(hall)
    await hall.act(leases.lease, requests.LeaseNumbers("caja", 450))
    wide = await hall.act(leases.lease, requests.LeaseNumbers("caja", 400))
    assert (wide.first, wide.last) == ("C1000", "C1399")
    assert await hall.number("caja") == "C1400"


async def test_where_the_series_is_in_the_range_already_kiosks_get_the_next_one(
    hall: Hall,
) -> None:
    for _ in range(2):
        await hall.act(leases.lease, requests.LeaseNumbers("caja", 400))
    assert await hall.number("caja") == "C801", "nobody had asked for the range"
    assert (await lease(hall))["caja"].first == 1700


async def test_a_box_that_forgets_gets_no_more_than_a_thousand_a_day(hall: Hall) -> None:
    got = [(await lease(hall)).get("caja") for _ in range(15)]
    assert sum(one.last - one.first + 1 for one in got if one is not None) == leases.KIOSK_MOST
    assert got[-1] is None
    hall.wait(24 * 3600)
    assert (await lease(hall))["caja"].first == 700, "another day, another series"


# --- tickets brought -----------------------------------------------------------------------------


@both_engines
async def test_a_ticket_brought_stands_where_it_was_taken(hall: Hall) -> None:
    held = (await lease(hall))["caja"]
    hall.wait(60)
    after = await hall.take("caja")
    hall.wait(600)
    wanted = ticket(held, 0, MORNING_MS + 30_000, aids=("large-type",), people=2)
    assert (await bring(hall, wanted)).result == "kept"
    (row,) = await hall.rows(ROW, id=wanted.id)
    assert (row.number, row.code, row.place, row.people) == ("C700", wanted.code, "k1", 2)
    assert msgspec.json.decode(row.aids) == ["large-type"]
    await hall.open()
    assert [await hall.next(), await hall.next()] == [wanted.id, after]
    told = (await hall.facts(TicketIssued))[-1]
    assert (told.taken_ms, told.verified, told.beyond) == (MORNING_MS + 30_000, True, None)
    assert await notice(hall) == {"count": 1, "first": "C700", "last": "C700"}


@both_engines
async def test_brought_again_it_is_the_same_one(hall: Hall) -> None:
    held = (await lease(hall))["caja"]
    wanted = ticket(held, 0, MORNING_MS)
    assert await bring(hall, wanted) == requests.TicketBrought(str(wanted.id), "kept")
    assert await bring(hall, wanted) == requests.TicketBrought(str(wanted.id), "known")
    for other in (
        replace(wanted, id="a" * 32, code="b" * 22),
        replace(wanted, id="a" * 32),
        replace(wanted, number="C701"),
    ):
        async with refused(hall, "number-taken"):
            await bring(hall, other)
    assert (await notice(hall))["count"] == 1


async def test_only_numbers_of_its_own_lease_and_day_are_taken(hall: Hall) -> None:
    held, theirs = (await lease(hall))["caja"], (await lease(hall, "k2"))["caja"]
    for wrong in (
        ticket(theirs, 0, MORNING_MS),
        ticket(held, 0, MORNING_MS, number="C850"),
        ticket(held, 0, MORNING_MS, number="C001"),
        ticket(held, 0, MORNING_MS, day="2026-03-03"),
        ticket(held, 0, MORNING_MS, lease=theirs.lease),
        ticket(held, 0, MORNING_MS, lease=999),
        ticket(held, 0, MORNING_MS, service="urgencia"),
    ):
        async with refused(hall, "number-not-leased"):
            await bring(hall, wrong)
    async with refused(hall, "service-unknown"):
        await bring(hall, ticket(held, 0, MORNING_MS, service="gone"))


@pytest.mark.parametrize(
    ("said_ms", "believed_ms", "verified"),
    [
        (MORNING_MS + 5 * 60_000, MORNING_MS + 5 * 60_000, True),
        # two hours behind: not before its number was leased
        (MORNING_MS - 2 * HOUR_MS, MORNING_MS, False),
        # two hours ahead: not after it was brought
        (MORNING_MS + 2 * HOUR_MS, MORNING_MS + 10 * 60_000, False),
        (-5, MORNING_MS, False),
    ],
)
async def test_a_wrong_clock_is_believed_as_far_as_the_lease(
    hall: Hall, said_ms: int, believed_ms: int, *, verified: bool
) -> None:
    held = (await lease(hall))["caja"]
    hall.wait(600)
    await bring(hall, ticket(held, 0, said_ms))
    told = (await hall.facts(TicketIssued))[-1]
    assert (told.taken_ms, told.verified) == (believed_ms, verified)


async def test_a_clock_past_midnight_leaves_a_ticket_in_the_day_of_its_number(hall: Hall) -> None:
    held = (await lease(hall))["urgencia"]
    hall.wait(17 * 3600)
    await bring(hall, ticket(held, 0, MORNING_MS + 17 * HOUR_MS))
    told = (await hall.facts(TicketIssued))[-1]
    assert (told.day, told.verified) == (held.day, False)
    assert told.taken_ms == MORNING_MS + 17 * HOUR_MS - (
        (MORNING_MS + 17 * HOUR_MS - 5 * HOUR_MS) % (24 * HOUR_MS) + 1
    ), "the last moment of its day in Lima"


@both_engines
async def test_a_ticket_of_a_closed_day_was_not_served(hall: Hall) -> None:
    held = (await lease(hall))["caja"]
    hall.wait(15 * 3600)
    await hall.fire_timers()
    hall.wait(9 * 3600)
    wanted = ticket(held, 0, MORNING_MS + HOUR_MS)
    assert (await bring(hall, wanted)).result == "kept"
    assert await hall.state(str(wanted.id)) == "not-served"
    assert (await notice(hall))["count"] == 1


async def test_a_class_or_a_language_given_up_since_costs_nobody_their_place(hall: Hall) -> None:
    held = (await lease(hall))["caja"]
    wanted = ticket(held, 0, MORNING_MS, attention="gone", language="xx")
    assert (await bring(hall, wanted)).result == "kept"


async def test_it_is_taken_beyond_a_pause_and_marked(hall: Hall) -> None:
    held = (await lease(hall))["caja"]
    await hall.act(pause_service, requests.PauseService("caja", text=None))
    assert (await bring(hall, ticket(held, 0, MORNING_MS))).result == "kept"
    assert (await hall.facts(TicketIssued))[-1].beyond == "pause"


async def test_it_counts_in_the_quota_and_may_exceed_it(hall: Hall) -> None:
    held = (await lease(hall))["citas"]
    quota = held.last - held.first + 1
    assert quota < leases.KIOSK_SIZE, "never more than the service gives in a day"
    for n in range(quota):
        await bring(hall, ticket(held, n, MORNING_MS))
    async with refused(hall, "quota-reached"):
        await hall.take("citas")
    more = (await lease(hall, "k2"))["citas"]
    await bring(hall, ticket(more, 90, MORNING_MS, number=f"{more.prefix}{more.first}", place="k2"))
    assert [one.beyond for one in await hall.facts(TicketIssued)] == [None] * quota + ["quota"]


async def test_the_notice_names_what_could_not_be_taken_over(hall: Hall) -> None:
    held = (await lease(hall))["caja"]
    await bring(hall, ticket(held, 0, MORNING_MS))
    await bring(hall, ticket(held, 1, MORNING_MS))
    for number in ("C790", "C791", "C790"):
        await hall.act(offline.not_brought, NotBrought("k1", number), BOX)
    assert await notice(hall) == {
        "count": 2, "first": "C700", "last": "C701", "refused": "C790 C791",
    }  # fmt: skip
    assert len(await hall.facts(AlarmRaised)) == 1, "one notice, which counts up"


# --- never two of one person ---------------------------------------------------------------------


async def asked(hall: Hall, key: str) -> str:
    """The ticket that the kiosk asked for, and whose answer was lost."""
    from turnero.queue.commands.issue import issue

    made = await hall.ledger.run(
        issue, requests.Issue("caja", place="k1"), site=hall.site, actor=BOX, key=key
    )
    return made.ticket


@both_engines
@pytest.mark.parametrize("far", ["waiting", "called", "no-show"])
async def test_of_two_tickets_of_a_person_the_one_on_paper_counts(hall: Hall, far: str) -> None:
    held = (await lease(hall))["caja"]
    lost = await asked(hall, "act-1")
    if far != "waiting":
        await hall.open()
        assert await hall.next() == lost
    if far == "no-show":
        await hall.no_show(lost)
    wanted = ticket(held, 0, MORNING_MS)
    assert (await bring(hall, wanted, "act-1")).result == "kept"
    assert await hall.state(str(wanted.id)) == "waiting"
    assert await hall.state(lost) == ("no-show" if far == "no-show" else "cancelled")
    ended = [(one.ticket, one.reason) for one in await hall.facts(TicketCancelled)]
    assert ended == ([] if far == "no-show" else [(lost, "superseded")])
    assert (await bring(hall, wanted, "act-1")).result == "known"


@both_engines
async def test_who_was_served_under_the_other_number_has_no_second_one(hall: Hall) -> None:
    held = (await lease(hall))["caja"]
    lost = await asked(hall, "act-1")
    await hall.open()
    assert await hall.next() == lost
    await hall.move("start", lost)
    wanted = ticket(held, 0, MORNING_MS)
    assert (await bring(hall, wanted, "act-1")).result == "superseded"
    assert await hall.state(lost) == "serving"
    assert await hall.state(str(wanted.id)) == "cancelled"


@both_engines
async def test_a_request_that_comes_after_its_ticket_on_paper_makes_none(hall: Hall) -> None:
    held = (await lease(hall))["caja"]
    await bring(hall, ticket(held, 0, MORNING_MS), "act-1")
    with pytest.raises(Invalid, match="key-reused"):
        await asked(hall, "act-1")


async def test_a_ticket_taken_back_already_stays_so(hall: Hall) -> None:
    held = (await lease(hall))["caja"]
    lost = await asked(hall, "act-1")
    await hall.act(cancel, TicketMove(lost))
    assert (await bring(hall, ticket(held, 0, MORNING_MS), "act-1")).result == "kept"

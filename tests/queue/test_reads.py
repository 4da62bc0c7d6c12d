"""What pages are told: public names for the public, all that a desk needs, nothing secret."""

import msgspec

from tests.queue.hall import MORNING_MS, SITE, Hall
from turnero.queue import reads
from turnero.queue.views import BoardView, SupervisorView, name_in


async def board(hall: Hall, zone: str | None = None) -> BoardView:
    found = await hall.read(reads.board, 1, zone, hall.clock.line_ms())
    assert found is not None
    return found


async def supervisor(hall: Hall) -> SupervisorView:
    found = await hall.read(reads.supervisor, 1, hall.clock.line_ms())
    assert found is not None
    return found


async def test_a_sensitive_service_is_known_to_the_public_by_its_neutral_name(
    hall: Hall,
) -> None:
    ticket = await hall.take("infecto")
    await hall.next("v2")
    public = [
        await board(hall),
        await hall.ticket(ticket),
        await hall.read(reads.paper, ticket, MORNING_MS),
        await hall.read(reads.services, 1, MORNING_MS),
        await hall.read(reads.sites, MORNING_MS),
    ]
    for view in public:
        told = msgspec.json.encode(view)
        assert b"Consultorio 4" in told
        assert b"VIH" not in told
        assert b"HIV" not in told
    desk = await hall.desk("v2")
    assert desk.serving is not None
    assert desk.serving.names["es"] == "VIH"


async def test_no_view_but_paper_holds_the_secret_code(hall: Hall) -> None:
    ticket = await hall.take()
    paper = await hall.read(reads.paper, ticket, MORNING_MS)
    assert paper is not None
    await hall.next()
    views = [
        await board(hall),
        await hall.ticket(ticket),
        await hall.desk(),
        await supervisor(hall),
    ]
    for view in views:
        assert paper.code.encode() not in msgspec.json.encode(view)


async def test_the_board_shows_calls_newest_first_and_who_waits(hall: Hall) -> None:
    for _ in range(3):
        await hall.take("caja")
    await hall.take("sangre")
    await hall.next("v1")
    await hall.next("v1")
    await hall.next("v2")
    found = await board(hall)
    assert [(call.number, call.desk) for call in found.calls] == [
        ("S001", "Ventanilla 2"),
        ("C002", "Ventanilla 1"),
    ]
    assert [(call.number, call.in_force) for call in found.recent] == [
        ("S001", True),
        ("C002", True),
        ("C001", False),
    ]
    waiting = {name_in(one.names, "en"): one.waiting for one in found.queues}
    assert waiting["Cashier"] == 1
    assert waiting["Blood test"] == 0


async def test_a_recall_is_a_new_call_of_the_same_ticket(hall: Hall) -> None:
    ticket = await hall.take()
    await hall.next()
    before = (await board(hall)).calls[0]
    hall.wait(5)
    await hall.move("recall", ticket)
    after = (await board(hall)).calls[0]
    assert after.seq > before.seq
    assert (after.recalls, after.at_ms) == (1, before.at_ms + 5000)


async def test_a_started_one_is_at_the_desk_but_not_being_called(hall: Hall) -> None:
    ticket = await hall.take()
    await hall.next()
    await hall.move("start", ticket)
    found = await board(hall)
    assert found.calls == ()
    assert [(call.in_force, call.calling) for call in found.recent] == [(True, False)]


async def test_a_zones_board_shows_its_desks_and_their_services(hall: Hall) -> None:
    await hall.take("caja")
    await hall.take("sangre")
    await hall.next("v1")
    await hall.next("v2")
    found = await board(hall, "b")
    assert [call.number for call in found.recent] == ["S001"]
    assert [call.number for call in found.calls] == ["S001"]
    assert [name_in(one.names, "es") for one in found.queues] == [
        "Toma de sangre",
        "Consultorio 4",
    ]


async def test_a_desk_without_a_zone_is_on_every_board(hall: Hall) -> None:
    await hall.load(SITE.replace('name = "Ventanilla 2"\nzone = "b"', 'name = "Ventanilla 2"'))
    await hall.take("sangre")
    await hall.next("v2")
    for zone in ("a", "elsewhere"):
        assert [call.number for call in (await board(hall, zone)).calls] == ["S001"]


async def test_a_board_is_read_at_a_journal_number(hall: Hall) -> None:
    await hall.take()
    assert (await board(hall)).seq == len(await hall.entries())


async def test_the_desk_sees_who_waits_for_it_and_since_when(hall: Hall) -> None:
    await hall.take("caja")
    hall.wait(60)
    await hall.take("caja", "preferential")
    await hall.take("sangre")
    desk = await hall.desk("v1")
    assert [(one.service, one.tier, one.waiting, one.oldest_ms) for one in desk.queues] == [
        ("caja", 0, 2, MORNING_MS),
        ("urgencia", 0, 0, None),
        ("sangre", 1, 1, MORNING_MS + 60_000),
    ]
    assert desk.session is None
    assert desk.serving is None


async def test_the_supervisor_sees_who_waits_too_long(hall: Hall) -> None:
    await hall.take("sangre")
    hall.wait(20 * 60)
    assert not next(
        one for one in (await supervisor(hall)).services if one.service == "sangre"
    ).late
    hall.wait(1)
    found = {one.service: one for one in (await supervisor(hall)).services}
    assert (found["sangre"].late, found["sangre"].waiting) == (True, 1)
    assert not found["caja"].late
    assert "lab" not in found


async def test_the_supervisor_sees_desks_parked_ones_and_help_calls(hall: Hall) -> None:
    ticket = await hall.take("sangre")
    await hall.next("v2")
    await hall.move("park", ticket)
    await hall.take("caja")
    await hall.next("v1")
    await hall.help("unwell")
    found = await supervisor(hall)
    assert [(one.id, one.number, one.state) for one in found.desks] == [
        ("hnc.v1", "C001", "called"),
        ("hnc.v2", None, None),
    ]
    assert [one.number for one in found.parked] == ["S001"]
    assert next(one for one in found.services if one.service == "sangre").parked == 1
    assert [one.need for one in found.help_calls] == ["unwell"]


async def test_the_last_wait_of_a_service_is_that_of_its_last_call(hall: Hall) -> None:
    await hall.take("caja")
    hall.wait(120)
    await hall.take("caja", "preferential")
    await hall.next()
    hall.wait(60)
    await hall.next()
    caja = next(one for one in (await supervisor(hall)).services if one.service == "caja")
    assert caja.last_wait_ms == 180_000


async def test_the_tree_says_why_a_service_gives_no_tickets(hall: Hall) -> None:
    await hall.take("citas")
    await hall.take("citas")
    tree = {one.key: one for one in await hall.read(reads.services, 1, MORNING_MS)}
    assert tree["citas"].state == "full"
    assert tree["caja"].state == "open"
    assert [one.key for one in tree["lab"].children] == ["sangre", "infecto"]
    noon_ms = MORNING_MS + 4 * 3600_000
    tree = {one.key: one for one in await hall.read(reads.services, 1, noon_ms)}
    assert (tree["caja"].state, tree["caja"].opens) == ("closed", "14:00")
    assert (tree["lab"].state, tree["lab"].opens) == ("closed", "14:00")
    assert tree["urgencia"].state == "open"


async def test_waiting_lists_a_services_people_by_place(hall: Hall) -> None:
    first = await hall.take("caja")
    hall.wait(1)
    second = await hall.take("caja", "preferential")
    hall.wait(1)
    third = await hall.take("caja")
    found = await hall.read(reads.waiting, 1, "caja")
    assert [one.ticket for one in found] == [first, second, third]
    assert len(await hall.read(reads.waiting, 1, "caja", 2)) == 2


async def test_what_does_not_exist_is_none(hall: Hall) -> None:
    now_ms = hall.clock.line_ms()
    assert await hall.read(reads.ticket, "0" * 32, now_ms) is None
    assert await hall.read(reads.ticket_by_code, "nope", now_ms) is None
    assert await hall.read(reads.paper, "0" * 32, now_ms) is None
    assert await hall.read(reads.board, 9, None, now_ms) is None
    assert await hall.read(reads.supervisor, 9, now_ms) is None
    assert await hall.read(reads.desk, "hnc.v9", now_ms) is None
    assert await hall.read(reads.site, 9, now_ms) is None
    assert await hall.read(reads.site_of_ticket, "0" * 32) is None
    assert await hall.read(reads.site_of_desk, "hnc.v9") is None
    assert await hall.read(reads.services, 9, now_ms) == ()


def test_a_name_falls_back_to_the_base_language_and_then_to_any() -> None:
    names = {"es": "Caja", "en": "Cashier"}
    assert [name_in(names, one) for one in ("en", "es_CO", "es-PE", "pt")] == [
        "Cashier",
        "Caja",
        "Caja",
        "Caja",
    ]

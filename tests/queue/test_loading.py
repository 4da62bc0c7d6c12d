"""Loading a site: rows by key, the same file changes nothing, nothing with people in it goes."""

import pytest

from tests.queue.engines import both_engines
from tests.queue.hall import MORNING_MS, SITE, Hall
from tests.queue.refusal import everything, refused
from turnero.queue import reads, site_file
from turnero.queue.commands.sites import load_site
from turnero.queue.facts import SiteLoaded
from turnero.queue.views import ServiceView
from turnero.store import devices


def without(source: str, table: str, key: str) -> str:
    """The file without that entry."""
    blocks = source.split("\n[[")
    kept = [block for block in blocks if not block.startswith(f'{table}]]\nkey = "{key}"')]
    assert len(kept) == len(blocks) - 1
    return "\n[[".join(kept)


async def services(hall: Hall) -> dict[str, ServiceView]:
    """The kiosk's tree, flat."""
    found: dict[str, ServiceView] = {}
    queue = list(await hall.read(reads.services, 1, MORNING_MS))
    while queue:
        one = queue.pop()
        found[one.key] = one
        queue.extend(one.children)
    return found


@both_engines
async def test_the_same_file_twice_changes_nothing(hall: Hall) -> None:
    before = await everything(hall)
    assert await hall.load() == 0
    assert await everything(hall) == before


async def test_what_differs_is_changed_and_told_with_before_and_after(hall: Hall) -> None:
    await hall.load(SITE.replace('name = "Ventanilla 1"', 'name = "Caja 1"'))
    fact = (await hall.facts(SiteLoaded))[-1]
    (change,) = fact.changes
    assert (change.what, change.key) == ("desk", "v1")
    assert (change.before, change.after) == ({"name": "Ventanilla 1"}, {"name": "Caja 1"})


async def test_a_change_names_parents_by_their_key(hall: Hall) -> None:
    (loaded,) = await hall.facts(SiteLoaded)
    parents = {
        change.key: change.after["parent"]
        for change in loaded.changes
        if change.what == "service" and change.after is not None
    }
    assert parents["sangre"] == "lab"
    await hall.load(SITE.replace('parent = "lab"\nprefix = "S"', 'prefix = "S"'))
    (change,) = (await hall.facts(SiteLoaded))[-1].changes
    assert (change.before, change.after) == ({"parent": "lab"}, {"parent": None})


async def test_a_desk_can_be_given_other_services(hall: Hall) -> None:
    ticket = await hall.take("caja")
    await hall.load(SITE.replace('["sangre", "infecto"]', '["sangre", "infecto", "caja"]'))
    assert await hall.next("v2") == ticket


async def test_a_service_that_is_not_named_any_more_is_retired(hall: Hall) -> None:
    await hall.load(without(SITE, "service", "citas"))
    assert "citas" not in await services(hall)
    async with refused(hall, "service-unknown"):
        await hall.take("citas")
    await hall.load()
    assert (await services(hall))["citas"].state == "open"


@both_engines
@pytest.mark.parametrize("aside", ["park", "step-out"])
async def test_not_while_somebody_comes_back_to_it(hall: Hall, aside: str) -> None:
    ticket = await hall.take("citas")
    if aside == "park":
        await hall.call(ticket)
    await hall.move(aside, ticket)
    async with refused(hall, "service-has-waiting", service="citas", waiting=1):
        await hall.load(without(SITE, "service", "citas"))
    await hall.move("cancel", ticket)
    await hall.load(without(SITE, "service", "citas"))


async def test_not_while_people_wait_for_it(hall: Hall) -> None:
    ticket = await hall.take("citas")
    async with refused(hall, "service-has-waiting", service="citas", waiting=1):
        await hall.load(without(SITE, "service", "citas"))
    await hall.move("cancel", ticket)
    await hall.load(without(SITE, "service", "citas"))


async def test_a_class_is_retired_only_when_nobody_waits_in_it(hall: Hall) -> None:
    await hall.take(attention="preferential")
    async with refused(hall, "attention-has-waiting", attention="preferential", waiting=1):
        await hall.load(without(SITE, "attention", "preferential"))
    await hall.next()
    await hall.load(without(SITE, "attention", "preferential"))
    async with refused(hall, "attention-unknown"):
        await hall.take(attention="preferential")


async def test_an_open_desk_is_not_retired(hall: Hall) -> None:
    await hall.open("v2")
    async with refused(hall, "desk-open", desk="hnc.v2"):
        await hall.load(without(SITE, "desk", "v2"))


async def test_a_desk_for_which_somebody_waits_is_not_retired(hall: Hall) -> None:
    ticket = await hall.take()
    await hall.transfer(ticket, desk="v2")
    async with refused(hall, "desk-has-waiting", desk="hnc.v2", waiting=1):
        await hall.load(without(SITE, "desk", "v2"))


async def test_a_retired_desk_is_not_there(hall: Hall) -> None:
    await hall.load(without(SITE, "desk", "v2"))
    async with refused(hall, "desk-unknown"):
        await hall.next("v2")


async def test_the_usual_class_can_change(hall: Hall) -> None:
    await hall.load(SITE.replace('key = "preferential"', 'key = "preferential"\nusual = true'))
    assert (await hall.ticket(await hall.take())).attention == "preferential"


async def test_devices_are_rows_of_the_store(hall: Hall) -> None:
    found = await hall.read(devices.of_site, 1)
    assert [(one.kind, one.key, one.zone) for one in found] == [
        ("board", "b1", "a"),
        ("kiosk", "k1", ""),
        ("printer", "p1", ""),
    ]
    assert found[1].setting("printer") == "p1"
    assert found[2].setting("url") == "virtual:"


async def test_a_second_site_gets_the_next_number(hall: Hall) -> None:
    assert await hall.read(reads.site_no_for, "hnc") == 1
    assert await hall.read(reads.site_no_for, "otro") == 2
    file = site_file.decode(SITE.replace('key = "hnc"', 'key = "otro"'))
    await hall.ledger.run(load_site, file, site=2, actor="cli")
    assert await hall.read(reads.site_no, "otro") == 2
    assert [one.key for one in await hall.read(reads.sites, MORNING_MS)] == ["hnc", "otro"]
    assert await hall.number() == "C001"


async def test_one_sites_file_is_not_loaded_over_another(hall: Hall) -> None:
    async with refused(hall, "site-unknown", site="otro"):
        await hall.load(SITE.replace('key = "hnc"', 'key = "otro"'))


@pytest.mark.parametrize("site", [1, 2])
async def test_another_sites_tickets_and_desks_are_unknown(hall: Hall, site: int) -> None:
    file = site_file.decode(SITE.replace('key = "hnc"', 'key = "otro"'))
    await hall.ledger.run(load_site, file, site=2, actor="cli")
    ticket = await hall.take()
    hall.site = site
    if site == 1:
        assert await hall.next() == ticket
        return
    async with refused(hall, "ticket-unknown"):
        await hall.move("cancel", ticket)
    async with refused(hall, "desk-unknown"):
        await hall.next()

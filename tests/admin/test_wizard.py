"""The first-run wizard: from nothing to a site, left and resumed, by two devices at once."""

from typing import Any

import pytest

from tests.admin.conftest import Room
from turnero.admin.plan import Plan, chosen_services, desks_of, file_of
from turnero.admin.starters import COUNTRIES, STARTERS
from turnero.queue import site_file
from turnero.queue.commands import drafts


@pytest.fixture
def described() -> str | None:
    """Nothing yet."""
    return None


async def ask(room: Room, step: str, who: str = "adela") -> dict[str, Any]:
    """A step's hidden fields: which draft, which version."""
    page = await room.text(f"/setup/{step}", who)
    hidden = page.partition('name="draft" value="')[2]
    return {"draft": hidden.partition('"')[0], "version": _after(page, 'name="version" value="')}


def _after(page: str, words: str) -> str:
    return page.partition(words)[2].partition('"')[0]


async def answer(room: Room, step: str, who: str = "adela", **typed: Any) -> str:
    """Store a step; where it leads."""
    done = await room.post(f"/setup/{step}", await ask(room, step, who) | typed, who)
    assert done.status_code == 303, done.text
    return str(done.headers["location"])


async def to_the_desks(room: Room) -> None:
    """The steps before the site is made."""
    await answer(room, "start", country="pe", languages=["es", "en"], first="es")
    await answer(room, "site", name="Clínica San Blas", zone="America/Lima")
    await answer(
        room,
        "services",
        starter="clinic",
        services=["clinic.recepcion", "clinic.caja", "hospital.farmacia"],
        weekdays="08:00-13:00, 14:00-18:00",
        saturday="08:00-12:00",
    )


DESKS: dict[str, Any] = {
    "desk.0.name": "Ventanilla 1",
    "desk.0.serves": ["recepcion", "caja"],
    "rostered": "1",
}


@pytest.mark.rule("first-run")
async def test_from_nothing_to_a_site_step_by_step(room: Room) -> None:
    assert (await room.get("/admin")).headers["location"] == "/setup/on"
    assert (await room.get("/setup/on")).headers["location"] == "/setup/start"
    await to_the_desks(room)
    assert await answer(room, "desks", **DESKS) == "/setup/kiosk"
    file = await room.file()
    assert (file.site.key, file.site.profile) == ("clinica-san-blas", "pe")
    assert [part.key for part in file.service] == ["recepcion", "caja"]
    assert file.service[0].requirements["es"][0].startswith("DNI")
    assert file.desk[0].planned["sat"] == ("08:00-12:00",)
    typed = {"name": "Entrada", "where.es": "Sala 1"}
    assert await answer(room, "kiosk", **typed) == "/setup/printer"
    assert await answer(room, "printer", name="Zebra", url="virtual:") == "/setup/board"
    assert await answer(room, "board", name="Sala") == "/setup/people"
    assert 'id="unfinished"' in await room.text("/admin/clinica-san-blas")
    assert await answer(room, "people") == "/setup/ready"
    file = await room.file()
    assert (file.kiosk[0].printer, file.kiosk[0].where) == ("zebra", {"es": "Sala 1"})
    page = await room.text("/setup/ready")
    assert "Nobody can sign in at a desk yet." in page
    done = await room.post("/setup/ready/done", await ask(room, "ready"))
    assert done.headers["location"] == "/admin"
    assert (await room.get("/admin")).headers["location"] == "/admin/clinica-san-blas"
    assert await room.ledger.read(drafts.newest) is None
    # there is nothing to go on with; another site can be begun
    assert (await room.get("/setup/on")).headers["location"] == "/admin"
    assert 'href="/setup/start"' in await room.text("/admin/clinica-san-blas")


@pytest.mark.rule("first-run")
async def test_left_half_way_it_goes_on_where_it_was_on_another_device(room: Room) -> None:
    await to_the_desks(room)
    assert (await room.get("/setup/on", "bruno")).headers["location"] == "/setup/desks"
    page = await room.text("/setup/desks", "bruno")
    assert "Clínica San Blas" in page
    assert 'action="/setup/desks"' in page
    # nobody skips what was not told
    assert (await room.get("/setup/board", "bruno")).headers["location"] == "/setup/desks"
    # what was told can be told again
    assert 'value="Clínica San Blas"' in await room.text("/setup/site", "bruno")


@pytest.mark.rule("first-run")
async def test_of_two_devices_the_later_one_is_refused_and_sees_the_present_state(
    room: Room,
) -> None:
    await answer(room, "start", country="pe", languages=["es"], first="es")
    old = await ask(room, "site")
    await answer(room, "site", "bruno", name="Clínica de Bruno", zone="America/Lima")
    late = await room.post("/setup/site", old | {"name": "De Adela", "zone": "America/Lima"})
    assert late.status_code == 409
    assert 'id="moved"' in late.text
    assert "Bruno" in late.text
    assert "Clínica de Bruno" in late.text
    assert "De Adela" not in late.text
    draft = await room.ledger.read(drafts.newest)
    assert draft is not None
    assert "De Adela" not in draft.body


async def test_the_same_press_again_is_the_same_step(room: Room) -> None:
    form = await ask(room, "start") | {"country": "co", "first": "es", "idempotency_key": "twice-1"}
    assert (await room.post("/setup/start", form)).status_code == 303
    assert (await room.post("/setup/start", form)).status_code == 303
    draft = await room.ledger.read(drafts.newest)
    assert draft is not None
    assert (draft.version, draft.step) == (2, "site")


#: step, what is typed, the input that is marked
WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("desks", {}, "desks"),
    ("desks", {"desk.0.name": "Ventanilla 1"}, "desk.0"),
    ("desks", {"desk.0.name": "Ventanilla 1", "desk.0.serves": "caja"}, "desks"),
    ("services", {"starter": "clinic"}, "services"),
    ("services", {}, "starter"),
    (
        "services",
        {"starter": "clinic", "services": "clinic.caja", "saturday": "ocho a una"},
        "saturday",
    ),
    ("site", {"zone": "America/Lima"}, "name"),
]


@pytest.mark.parametrize(("step", "typed", "marked"), WRONG)
async def test_what_is_missing_is_marked_and_no_site_is_made(
    room: Room, step: str, typed: dict[str, Any], marked: str
) -> None:
    await to_the_desks(room)
    refused = await room.post(f"/setup/{step}", await ask(room, step) | typed)
    assert refused.status_code == 422
    assert f'id="e-{marked}"' in refused.text
    assert room.looks.sites == {}


async def test_a_desk_whose_name_was_emptied_goes_and_the_mark_stays_with_the_wrong_one(
    room: Room,
) -> None:
    await to_the_desks(room)
    typed = {"desk.0.name": "", "desk.0.serves": "caja", "desk.1.name": "Ventanilla 2"}
    refused = await room.post("/setup/desks", await ask(room, "desks") | typed)
    assert 'name="desk.0.name" value="Ventanilla 2"' in refused.text
    assert 'id="e-desk.0"' in refused.text


async def test_two_desks_have_two_names(room: Room) -> None:
    """A call names the desk: of two alike nobody would know which."""
    await to_the_desks(room)
    typed = DESKS | {"desk.1.name": "VENTANILLA 1", "desk.1.serves": "caja"}
    refused = await room.post("/setup/desks", await ask(room, "desks") | typed)
    assert refused.status_code == 422
    assert 'id="e-desk.1"' in refused.text


async def test_one_more_desk_is_a_row_and_no_step(room: Room) -> None:
    await to_the_desks(room)
    assert await answer(room, "desks", **DESKS, add="1") == "/setup/desks"
    assert await answer(room, "desks", **DESKS) == "/setup/kiosk"


@pytest.mark.parametrize("starter", STARTERS)
@pytest.mark.parametrize("country", COUNTRIES)
@pytest.mark.parametrize("languages", [("es",), ("pt", "es", "en"), ("en", "qu")])
def test_what_each_kind_of_site_begins_with_is_a_site(
    starter: str, country: str, languages: tuple[str, ...]
) -> None:
    services = tuple(part.key for part in STARTERS[starter].services if part.prefix)
    plan = Plan(
        country=country,
        languages=languages,
        name="Sitio",
        zone=COUNTRIES[country].zones[0],
        starter=starter,
        services=services,
    )
    plan = Plan(**{**_fields(plan), "desks": desks_of(plan, starter, services)})
    file = site_file.checked(file_of(plan))
    assert {part.key for part in file.service if part.prefix} == set(services)
    assert {key for desk in file.desk for key in desk.primary} == set(services)
    for part in chosen_services(plan):
        assert set(part.name) == set(languages)
        assert not any("{" in line for lines in part.requirements.values() for line in lines)


def _fields(plan: Plan) -> dict[str, Any]:
    return {name: getattr(plan, name) for name in plan.__struct_fields__}


@pytest.mark.parametrize("who", ["agent", "supervisor", "administrator"])
async def test_only_who_administers_all_sites_makes_one(room: Room, who: str) -> None:
    assert (await room.get("/setup/start", who)).status_code in (303, 403)

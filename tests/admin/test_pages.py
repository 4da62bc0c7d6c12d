"""Changing a site in pages: each change is a fact, and nobody's change is overwritten."""

import re
from typing import Any

import pytest

from tests.admin.conftest import Room, fields_in
from turnero.admin.parts import SECTIONS
from turnero.queue.site_out import encode

EVERY = [f"{key}/of/{item}" for key, item in [
    ("services", "caja"), ("services", "lab"), ("services", "infecto"), ("classes", "rojo"),
    ("desks", "v1"), ("kiosks", "k1"), ("boards", "b1"), ("printers", "p1"),
]]  # fmt: skip


@pytest.mark.parametrize("path", EVERY)
async def test_storing_a_form_as_it_stands_changes_nothing(room: Room, path: str) -> None:
    before = await room.file()
    section, _, item = path.split("/")
    form = await room.form(f"/admin/hnc/{path}")
    assert form["item"] == item
    answer = await room.post(f"/admin/hnc/{section}/save", form)
    assert answer.status_code == 303, answer.text
    assert encode(await room.file()) == encode(before)
    assert len(await room.loads()) == 1


@pytest.mark.parametrize("path", ["site", "settings", "callbacks"])
async def test_storing_the_site_and_its_settings_as_they_stand_changes_nothing(
    room: Room, path: str
) -> None:
    before = await room.file()
    answer = await room.post(f"/admin/hnc/{path}", await room.form(f"/admin/hnc/{path}"))
    assert answer.status_code == 303, answer.text
    assert encode(await room.file()) == encode(before)


#: section, item, what is typed, what is then in the description
CHANGES: list[tuple[str, str, dict[str, Any], str]] = [
    ("services", "caja", {"name.es": "Caja central"}, 'es = "Caja central"'),
    ("services", "caja", {"requirements.es": "DNI\nOrden"}, 'es = ["DNI", "Orden"]'),
    ("services", "caja", {"hours.as": "always"}, "all_day = true"),
    (
        "services",
        "caja",
        {"hours.as": "own", "hours.sat": "09:00-12:00"},
        'sat = ["09:00-12:00"]',
    ),
    ("services", "caja", {"quota": "40", "target_minutes": "15"}, "target_minutes = 15"),
    ("services", "caja", {"public_name.es": "Sala 3"}, 'public_name = { es = "Sala 3" }'),
    ("services", "caja", {"parent": "lab"}, 'parent = "lab"'),
    ("desks", "v2", {"name": "Toma 2"}, 'name = "Toma 2"'),
    ("desks", "v1", {"serves.citas": "overflow"}, 'overflow = ["sangre", "citas"]'),
    ("desks", "v1", {"auto_call": "1", "zone": "b"}, "auto_call = true"),
    ("desks", "v1", {"classes": "preferential"}, 'classes = ["preferential"]'),
    (
        "desks",
        "v1",
        {"classes": ["preferential", "ordinary"], "only_classes": "1"},
        "only_classes = true",
    ),
    ("services", "sangre", {"reserve": "1"}, "reserve = 1"),
    (
        "services",
        "caja",
        {"path.1": "sangre", "path.3": "infecto"},
        'path = ["sangre", "infecto"]',
    ),
    ("services", "caja", {"where.es": "2.º piso", "anew": "1"}, 'where = { es = "2.º piso" }'),
    ("desks", "v1", {"planned.mon": "07:00-13:00"}, 'planned = { mon = ["07:00-13:00"] }'),
    ("kiosks", "k1", {"where.es": "Sala 2", "footer.es": "Gracias"}, 'where = { es = "Sala 2" }'),
    ("kiosks", "k1", {"printer": "", "mm": "6"}, "mm = 6"),
    ("boards", "b1", {"notices.es": "Use mascarilla"}, 'notices]\nes = ["Use mascarilla"]'),
    ("boards", "b1", {"sound": "no", "arrows.Ventanilla 1": "left"}, '"Ventanilla 1" = "left"'),
    ("desks", "v1", {"phone": "201"}, 'phone = "201"'),
    ("printers", "p1", {"url": "tcp://10.0.0.7"}, 'url = "tcp://10.0.0.7"'),
]


@pytest.mark.parametrize(("section", "item", "typed", "after"), CHANGES)
async def test_what_is_typed_is_in_the_description_and_in_a_fact(
    room: Room, section: str, item: str, typed: dict[str, Any], after: str
) -> None:
    form = await room.form(f"/admin/hnc/{section}/of/{item}")
    answer = await room.post(f"/admin/hnc/{section}/save", form | typed)
    assert answer.status_code == 303, answer.text
    assert after in encode(await room.file())
    actor, fact = (await room.loads())[-1]
    assert actor == "user:1"
    change = next(one for one in fact.changes if one.key == item and one.what in section)
    assert change.before is not None
    assert change.after is not None


async def test_the_site_and_its_settings_change_in_pages(room: Room) -> None:
    form = await room.form("/admin/hnc/site")
    await room.post("/admin/hnc/site", form | {"name": "Hospital Nuevo", "languages": ["es", "pt"]})
    form = await room.form("/admin/hnc/settings")
    await room.post(
        "/admin/hnc/settings",
        form | {"day_close": "22:00", "holidays": [], "order": "share", "share_rest": "2"},
    )
    site = (await room.file()).site
    assert (site.settings.order, site.settings.share_rest) == ("share", 2)
    assert (site.name, site.languages) == ("Hospital Nuevo", ("es", "pt"))
    assert (site.settings.day_close, site.settings.holidays) == ("22:00", False)


#: section, what a new one has, its key
NEW = [
    ("services", {"name.es": "Rayos X", "prefix": "X", "hours.as": "site"}, "rayos-x"),
    ("services", {"name.es": "Caja", "prefix": "X", "hours.as": "site"}, "caja-2"),
    ("classes", {"name.es": "Gestantes"}, "gestantes"),
    ("desks", {"name": "Ventanilla 12", "serves.caja": "primary"}, "12"),
    ("closures", {"day": "2026-12-24", "name": "Nochebuena"}, "2026-12-24"),
    ("kiosks", {"name": "Sótano"}, "sotano"),
    ("boards", {"name": "Pasillo"}, "pasillo"),
    ("printers", {"name": "Caja", "url": "virtual:"}, "caja"),
]


@pytest.mark.parametrize(("section", "typed", "key"), NEW)
async def test_new_ones_are_made_and_get_a_key_of_their_own(
    room: Room, section: str, typed: dict[str, str], key: str
) -> None:
    form = await room.form(f"/admin/hnc/{section}/new")
    answer = await room.post(f"/admin/hnc/{section}/save", form | typed)
    assert answer.status_code == 303, answer.text
    shown = SECTIONS[section]
    assert key in {getattr(one, shown.by) for one in shown.parts(await room.file())}
    assert key in await room.text(f"/admin/hnc/{section}")


#: section, item, what is typed, the input that is marked
WRONG: list[tuple[str, str, dict[str, Any], str]] = [
    ("services", "caja", {"prefix": "I"}, "prefix"),
    ("services", "caja", {"prefix": "K"}, "prefix"),
    ("services", "caja", {"name.es": ""}, "name"),
    ("services", "caja", {"hours.as": "own", "hours.tue": "8 a 13"}, "hours.tue"),
    ("services", "caja", {"quota": "many"}, "quota"),
    ("services", "caja", {"quota": "0"}, "quota"),
    ("desks", "v1", {"serves.caja": "", "serves.urgencia": ""}, "serves"),
    ("services", "caja", {"target_minutes": "0"}, "target_minutes"),
    ("services", "caja", {"target_minutes": "-5"}, "target_minutes"),
    ("services", "caja", {"reserve": "9"}, "reserve"),
    ("services", "caja", {"path.1": "sangre", "path.2": "sangre"}, "path"),
    ("services", "caja", {"path.1": "citas"}, "path"),
    ("classes", "preferential", {"target_minutes": "9999"}, "target_minutes"),
    ("desks", "v1", {"only_classes": ["1"]}, "only_classes"),
    ("desks", "v1", {"planned.mon": "13:00-13:00"}, "planned.mon"),
    ("printers", "p1", {"url": "lpt1"}, "url"),
]


@pytest.mark.parametrize(("section", "item", "typed", "marked"), WRONG)
async def test_what_is_wrong_is_marked_where_it_was_typed_and_nothing_changes(
    room: Room, section: str, item: str, typed: dict[str, Any], marked: str
) -> None:
    before = await room.file()
    form = await room.form(f"/admin/hnc/{section}/of/{item}")
    answer = await room.post(f"/admin/hnc/{section}/save", form | typed)
    assert answer.status_code == 422, answer.text
    assert f'id="e-{marked}"' in answer.text
    shown = fields_in(answer.text)
    assert {name: shown[name] for name in typed} == typed
    assert await room.file() == before
    assert len(await room.loads()) == 1


async def test_a_change_by_somebody_else_in_between_is_shown_and_nothing_is_overwritten(
    room: Room,
) -> None:
    mine = await room.form("/admin/hnc/services/of/caja")
    theirs = await room.form("/admin/hnc/desks/of/v1", "bruno")
    done = await room.post("/admin/hnc/desks/save", theirs | {"name": "Ventanilla Uno"}, "bruno")
    assert done.status_code == 303
    before = await room.file()
    answer = await room.post("/admin/hnc/services/save", mine | {"name.es": "Caja nueva"})
    assert answer.status_code == 409
    conflict = answer.text.partition('id="conflict"')[2].partition("</section>")[0]
    assert "Bruno" in conflict
    assert re.search(r"Ventanilla 1.*Ventanilla Uno", conflict, re.DOTALL)
    assert await room.file() == before
    # the form stands as the site is now, so the change can be entered again
    again = fields_in(answer.text)
    assert again["name.es"] == "Caja"
    done = await room.post("/admin/hnc/services/save", again | {"name.es": "Caja nueva"})
    assert done.status_code == 303
    after = await room.file()
    assert {one.key: one.name["es"] for one in after.service}["caja"] == "Caja nueva"
    assert {one.key: one.name for one in after.desk}["v1"] == "Ventanilla Uno"


async def test_the_same_press_again_is_the_same_act(room: Room) -> None:
    form = await room.form("/admin/hnc/kiosks/new")
    press = form | {"name": "Sótano", "idempotency_key": "the-same-press"}
    assert (await room.post("/admin/hnc/kiosks/save", press)).status_code == 303
    assert (await room.post("/admin/hnc/kiosks/save", press)).status_code == 303
    assert [one.key for one in (await room.file()).kiosk] == ["k1", "sotano"]


async def test_a_language_in_which_something_has_no_name_cannot_be_the_sites_own(
    room: Room,
) -> None:
    form = await room.form("/admin/hnc/site")
    answer = await room.post("/admin/hnc/site", form | {"languages.first": "en"})
    assert answer.status_code == 422
    assert "Priorities 1: Please give the name in the site&#39;s own language (en)." in answer.text


async def test_parts_are_moved_and_taken_out(room: Room) -> None:
    async def act(section: str, item: str, what: str) -> int:
        form = await room.form(f"/admin/hnc/{section}")
        answer = await room.post(f"/admin/hnc/{section}/act", form | {"item": item, "act": what})
        return answer.status_code

    assert await act("services", "urgencia", "up") == 303
    keys = [one.key for one in (await room.file()).service]
    assert keys.index("urgencia") < keys.index("lab")
    assert await act("classes", "ordinary", "up") == 303
    assert [one.key for one in (await room.file()).attention] == [
        "rojo",
        "ordinary",
        "preferential",
    ]
    assert await act("services", "caja", "remove") == 303
    file = await room.file()
    assert "caja" not in {one.key for one in file.service}
    assert "caja" not in file.desk[0].primary
    # the last thing that a desk calls cannot go
    assert await act("services", "urgencia", "remove") == 422
    assert await act("printers", "p1", "remove") == 303
    assert await act("boards", "b1", "remove") == 303
    file = await room.file()
    assert (file.printer, file.board, file.kiosk[0].printer) == ((), (), None)
    told = [
        (one.what, one.key, one.after) for _, fact in await room.loads() for one in fact.changes
    ]
    assert ("board", "b1", None) in told


async def test_the_history_says_who_changed_what_from_what_to_what(room: Room) -> None:
    form = await room.form("/admin/hnc/services/of/caja", "bruno")
    await room.post(
        "/admin/hnc/services/save", form | {"hours.as": "own", "hours.mon": "08:00-12:00"}, "bruno"
    )
    page = await room.text("/admin/hnc/history")
    newest = page.partition('class="moment"')[2].partition('class="moment"')[0]
    assert "Bruno" in newest
    assert "<dt>Hours</dt>" in newest
    assert re.search(
        r"<del>mon 08:00–13:00, 14:00–18:00.*<ins>mon 08:00–12:00</ins>", newest, re.DOTALL
    )
    assert "Bruno" in await room.text("/admin/hnc")


@pytest.mark.parametrize("who", ["agent", "supervisor", "kiosk"])
async def test_only_administrators_change_a_site(room: Room, who: str) -> None:
    for path in ("/admin/hnc", "/admin/hnc/services", "/admin/hnc/file.toml", "/admin/hnc/history"):
        assert (await room.get(path, who)).status_code in (303, 403)
    form = await room.form("/admin/hnc/services/of/caja")
    answer = await room.post("/admin/hnc/services/save", form | {"name.es": "X"}, who)
    assert answer.status_code in (303, 403)
    assert len(await room.loads()) == 1


async def test_what_is_not_there_is_not_found(room: Room) -> None:
    for path in (
        "/admin/other",
        "/admin/hnc/unicorns",
        "/admin/hnc/services/of/nothing",
        "/admin/hnc/desks/of/v9",
    ):
        assert (await room.get(path)).status_code == 404, path


async def test_an_administrator_of_several_sites_chooses(room: Room) -> None:
    assert (await room.get("/admin")).headers["location"] == "/admin/hnc"


async def test_the_history_calls_desks_and_services_by_their_names(room: Room) -> None:
    form = await room.form("/admin/hnc/desks/of/v2")
    await room.post("/admin/hnc/desks/save", form | {"serves.citas": "overflow"})
    newest = (await room.text("/admin/hnc/history")).partition('class="moment"')[2]
    assert re.search(
        r"<strong>Ventanilla 2</strong>.*<ins>Blood test, HIV, \(Appointments\)</ins>",
        newest,
        re.DOTALL,
    )


async def test_who_is_next_is_one_of_the_rules_there_are_and_a_share_has_both_its_parts(
    room: Room,
) -> None:
    form = await room.form("/admin/hnc/settings")
    assert form["order"] == "profile"
    for name in ("share_first", "share_rest", "target_minutes"):
        answer = await room.post("/admin/hnc/settings", form | {name: "0"})
        assert answer.status_code == 422
        assert f'id="e-{name}"' in answer.text
    assert (await room.post("/admin/hnc/settings", form | {"order": "fifo"})).status_code == 404
    assert len(await room.loads()) == 1


async def test_a_priority_has_a_target_of_its_own_or_none(room: Room) -> None:
    for typed, target in (("10", 10), ("", None)):
        form = await room.form("/admin/hnc/classes/of/preferential")
        await room.post("/admin/hnc/classes/save", form | {"target_minutes": typed})
        found = {one.key: one.target_minutes for one in (await room.file()).attention}
        assert found["preferential"] == target


async def test_what_no_desk_would_call_is_said_and_not_stored(room: Room) -> None:
    form = await room.form("/admin/hnc/desks/of/v1")
    answer = await room.post(
        "/admin/hnc/desks/save", form | {"classes": ["preferential"], "only_classes": "1"}
    )
    assert answer.status_code == 422
    assert "Nobody of one priority would ever be called" in answer.text


async def test_the_history_says_which_priorities_a_desk_calls_first(room: Room) -> None:
    form = await room.form("/admin/hnc/desks/of/v1")
    await room.post("/admin/hnc/desks/save", form | {"classes": ["preferential"]})
    newest = (await room.text("/admin/hnc/history")).partition('class="moment"')[2]
    assert re.search(
        r"<dt>Priorities that it calls first</dt>.*<ins>Priority</ins>", newest, re.DOTALL
    )


async def test_a_path_is_told_by_names_and_a_service_that_is_taken_out_leaves_it(
    room: Room,
) -> None:
    form = await room.form("/admin/hnc/services/of/caja")
    await room.post("/admin/hnc/services/save", form | {"path.1": "sangre", "path.2": "infecto"})
    newest = (await room.text("/admin/hnc/history")).partition('class="moment"')[2]
    assert "<ins>Blood test → HIV</ins>" in newest
    form = await room.form("/admin/hnc/services")
    gone = await room.post("/admin/hnc/services/act", form | {"item": "sangre", "act": "remove"})
    assert gone.status_code == 303
    assert (await room.file()).service[0].path == ("infecto",)

"""What stands where on a panel: the call whole and largest, whatever else there is to show."""

import pytest
from playwright.async_api import Page, expect

from tests.display.conftest import Board
from tests.display.test_board_page import large, ready
from tests.display.test_told_on_boards import show
from tests.display.waiting_room import Room

pytestmark = pytest.mark.requires("chromium")

LETTERS = "CAFGHJKLMNRSVX"
NAMES = (
    "Caja", "Admisión y citas", "Laboratorio: toma de muestras", "Farmacia", "Triaje",
    "Imágenes: rayos X y ecografía", "Seguro Integral de Salud (SIS)", "Cardiología",
    "Referencias y contrarreferencias", "Pediatría", "Vacunas", "Odontología", "Ginecología",
    "Trabajo social",
)  # fmt: skip
NOTICE = "El equipo está detenido y se reanuda más tarde; puede esperar o volver otro día. " * 3
DESKS = {"v1": "Ventanilla 12", "v2": "Toma de muestras", "v3": "Consultorio 101"}


def house(services: int, content: str = "") -> str:
    """A site with so many services, each served by each of three desks."""
    keys = [f"s{n}" for n in range(services)]
    return "\n".join(
        [
            '[site]\nkey = "hnc"\nname = "Hospital Dos de Mayo"\nzone = "America/Lima"\nprofile = "pe"',
            'languages = ["es", "en"]',
            *(
                f'[[service]]\nkey = "{key}"\nprefix = "{letter}"\nall_day = true\n'
                f'name = {{ es = "{name}", en = "{name}" }}'
                for key, letter, name in zip(keys, LETTERS, NAMES, strict=False)
            ),
            *(
                f'[[desk]]\nkey = "{key}"\nname = "{name}"\nprimary = {keys}'
                for key, name in DESKS.items()
            ),
            '[[board]]\nkey = "hall-1"\nname = "Sala"',
            content,
        ]
    )


RIGHTS = '[[content]]\nkey = "derechos"\nsort = "rights"\nname = { es = "Derechos" }'

#: Words that reach out of the place they stand in, or over one another.
SPOILT = """() => {
  const box = (node) => {
    const range = document.createRange();
    if (node instanceof SVGElement) return node.getBoundingClientRect();
    range.selectNodeContents(node);
    return range.getBoundingClientRect();
  };
  const seen = (node) => node.checkVisibility() && box(node).width > 0;
  const spoilt = [];
  const within = (inner, outer) => {
    // As wide as its words, as high as its lines.
    const a = box(inner), lines = inner.getBoundingClientRect(), b = outer.getBoundingClientRect();
    return lines.top >= b.top - 2 && lines.bottom <= b.bottom + 2
      && a.left >= b.left - 2 && a.right <= b.right + 2;
  };
  for (const [words, place] of [
    ["#call strong, #call .kind, #call svg", "#now"],
    [".cards strong", ".cards li"],
    [".lines .service, .lines .people .icon, .lines .wait small", ".lines li"],
    [".say span, .say svg", ".say"],
    [".slide[data-on] p, .slide[data-on] h3", ".slide[data-on]"],
  ]) {
    for (const one of document.querySelectorAll(words))
      if (seen(one) && !within(one, one.closest(place))) spoilt.push(`${place} ${one.textContent.trim()}`);
  }
  const places = [...document.querySelectorAll("#now, .last, .waits, .bands, .content")]
    .filter((one) => one.checkVisibility()).map((one) => one.getBoundingClientRect());
  places.forEach((a, n) => places.slice(n + 1).forEach((b) => {
    if (a.left < b.right - 1 && b.left < a.right - 1 && a.top < b.bottom - 1 && b.top < a.bottom - 1)
      spoilt.push("two places overlap");
  }));
  if (places.some((one) => one.bottom > innerHeight + 1)) spoilt.push("below the panel");
  return spoilt;
}"""


async def spoilt(page: Page) -> list[str]:
    await page.wait_for_timeout(500)  # what arrives fades in
    found: list[str] = await page.evaluate(SPOILT)
    return found


@pytest.mark.parametrize("size", [(1920, 1080), (1080, 1920), (1280, 1024)], ids=str)
@pytest.mark.parametrize("services", [7, 14])
async def test_nothing_is_cut_off_or_covered_whatever_there_is_to_show(
    room: Room, show_board: Board, size: tuple[int, int], services: int
) -> None:
    await room.act(room.hall.load(house(services)))
    await room.act(room.hall.open("v3"))
    for n, desk in enumerate(("v1", "v3", "v2", "v1", "v2")):
        _, number = await room.call(desk, f"s{n}")
    width, height = size
    page = await show_board(viewport={"width": width, "height": height})
    await ready(page)
    await large(page, number, "rest")
    assert await spoilt(page) == []
    await room.act(room.hall.load(house(services, RIGHTS)))
    await expect(page.locator(".slide[data-on]")).to_be_visible()
    assert await spoilt(page) == []
    await show(room, "broadcast", {"es": NOTICE[:300]})
    await show(room, "service", {"es": NOTICE[:300]}, service="s2")
    await expect(page.locator(".say:visible")).to_have_count(1)
    await expect(page.locator(".slide[data-on]")).to_be_hidden()
    assert await spoilt(page) == []
    now = await page.locator("#now").bounding_box()
    assert now is not None
    assert now["height"] / height > 0.35


async def test_more_services_than_have_room_take_turns_and_it_is_said(
    room: Room, show_board: Board
) -> None:
    await room.act(room.hall.load(house(10)))
    page = await show_board()
    await page.clock.install()
    await page.reload()
    await ready(page)
    lines, title = page.locator(".lines .service:visible"), page.locator("#waits-title")
    for turn in (0, 1, 0):
        await expect(lines).to_have_text(list(NAMES[5 * turn : 5 * turn + 5]))
        await expect(title).to_have_attribute("data-turn", f"{turn + 1} / 2")
        await page.clock.fast_forward(12_000)
    await room.act(room.hall.load(house(7)))
    await expect(lines).to_have_count(7)
    assert await title.get_attribute("data-turn") is None

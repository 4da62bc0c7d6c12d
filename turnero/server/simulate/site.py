"""The hospital of the simulated day: seven services, twenty desks with a roster, two boards."""

from typing import Final

#: service → its part of the arrivals, mean minutes of its service
SERVICES: Final[dict[str, tuple[float, float]]] = {
    "admision": (0.31, 5.0),
    "caja": (0.20, 4.0),
    "muestras": (0.20, 5.5),
    "rayos": (0.07, 6.0),
    "farmacia": (0.11, 8.0),
    "citas": (0.06, 4.0),
    "oncologia": (0.03, 8.0),
    "urgencias": (0.02, 8.0),
}
#: desk → primary services, overflow ones
DESKS: Final[dict[int, tuple[tuple[str, ...], tuple[str, ...]]]] = {
    **dict.fromkeys(range(1, 6), (("admision",), ("caja",))),
    6: (("urgencias", "admision"), ()),
    **dict.fromkeys(range(7, 11), (("caja",), ("admision",))),
    **dict.fromkeys(range(11, 15), (("muestras",), ())),
    15: (("rayos",), ()),
    16: (("rayos",), ("muestras",)),
    17: (("farmacia",), ()),
    18: (("farmacia",), ("caja",)),
    19: (("citas",), ("admision",)),
    20: (("oncologia",), ("citas",)),
}
KEY: Final = "sim"
ZONE: Final = "America/Lima"
#: Monday 2 March 2026, 06:00 in Lima
START_MS: Final = 1_772_449_200_000
DAY: Final = "2026-03-02"

_NAMES: Final = {
    "admision": ("A", "Admisión"),
    "caja": ("C", "Caja"),
    "muestras": ("L", "Toma de muestras"),
    "rayos": ("R", "Rayos X"),
    "farmacia": ("F", "Farmacia"),
    "citas": ("K", "Citas"),
    "oncologia": ("N", "Oncología"),
    "urgencias": ("U", "Urgencias"),
}


def description() -> str:
    """The site in TOML."""
    lines = [
        "[site]",
        f'key = "{KEY}"',
        'name = "Hospital simulado"',
        f'zone = "{ZONE}"',
        'profile = "pe"',
        'languages = ["es", "en"]',
        'hours = { mon = ["06:30-17:00"], tue = ["06:30-17:00"] }',
        'settings = { day_close = "20:00" }',
    ]
    for key, (prefix, name) in _NAMES.items():
        lines += ["[[service]]", f'key = "{key}"', f'prefix = "{prefix}"']
        lines.append(f'name = {{ es = "{name}" }}')
        if key == "oncologia":
            lines += ['public_name = { es = "Consultorio 4" }', "outcomes = true"]
        if key == "urgencias":
            lines.append("all_day = true")
    for number, (primary, overflow) in DESKS.items():
        lines += [
            "[[desk]]",
            f'key = "{number}"',
            f'name = "Ventanilla {number}"',
            f'zone = "{zone_of(number)}"',
            f"primary = [{', '.join(map(_quoted, primary))}]",
            f"overflow = [{', '.join(map(_quoted, overflow))}]",
            'planned = { mon = ["07:00-17:30"], tue = ["07:00-17:30"] }',
        ]
    lines += ["[[kiosk]]", 'key = "k1"', 'name = "Entrada"', 'printer = "p1"']
    lines += ["[[kiosk]]", 'key = "k2"', 'name = "Patio"']
    lines += ["[[printer]]", 'key = "p1"', 'name = "Impresora"', 'url = "virtual:"']
    for zone in ("a", "b"):
        lines += ["[[board]]", f'key = "b-{zone}"', f'name = "Sala {zone}"', f'zone = "{zone}"']
    return "\n".join(lines) + "\n"


def zone_of(number: int) -> str:
    """Which hall a desk is in."""
    return "a" if number <= 10 else "b"  # noqa: PLR2004 - ten desks in each


def _quoted(key: str) -> str:
    return f'"{key}"'

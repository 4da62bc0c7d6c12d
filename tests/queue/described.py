"""Descriptions of sites that nobody has thought of, for hypothesis: valid ones of every shape."""

import unicodedata
from typing import Any

import msgspec
from hypothesis import strategies as st

from turnero.queue.hours import WEEKDAYS
from turnero.queue.settings import NEVER, Settings
from turnero.queue.site_shape import (
    CLASSES,
    AttentionPart,
    BoardPart,
    BoxPart,
    ClosurePart,
    DeskPart,
    KioskPart,
    PrinterPart,
    ServicePart,
    SiteFile,
    SitePart,
)

#: letters of which no two sound alike, as prefixes of at most eight services
PREFIXES = ("A", "C", "F", "G", "H", "AB", "Z", "SX")
WORDS = (
    st.text(st.characters(codec="utf-8", categories=("L", "N", "P", "S", "Zs")), max_size=12)
    .map(lambda text: unicodedata.normalize("NFC", text).strip())
    .filter(bool)
)
SPANS = st.dictionaries(
    st.sampled_from(WEEKDAYS),
    st.sampled_from(
        [(), ("08:00-13:00",), ("07:30-12:00", "14:00-18:00"), ("00:00-24:00",), ("22:00-23:59",)]
    ),
    max_size=4,
)
NAMES = st.fixed_dictionaries({"es": WORDS}, optional={"en": WORDS, "es_CO": WORDS})
SAID = st.dictionaries(st.sampled_from(["es", "en"]), WORDS)
LINES = st.dictionaries(
    st.sampled_from(["es", "en"]), st.lists(WORDS, min_size=1, max_size=3).map(tuple)
)
FLAG = st.booleans()


@st.composite
def _services(draw: Any, common: bool) -> tuple[ServicePart, ...]:
    count = draw(st.integers(1, 5))
    parents: list[str | None] = [
        draw(st.sampled_from([None, *(f"s-{above}" for above in range(n))])) for n in range(count)
    ]
    made = []
    for n in range(count):
        key, group = f"s-{n}", f"s-{n}" in parents
        all_day = draw(FLAG)
        needed = not (group or all_day or common)
        made.append(
            ServicePart(
                key=key,
                name=draw(NAMES),
                parent=parents[n],
                prefix=None if group else PREFIXES[n],
                public_name=draw(st.none() | NAMES),
                requirements=draw(LINES),
                hours=draw(SPANS if needed else st.none() | SPANS),
                all_day=all_day,
                quota=draw(st.none() | st.integers(1, 500)),
                target_minutes=draw(st.none() | st.integers(1, 90)),
                outcomes=draw(FLAG),
                holidays=draw(FLAG),
                anew=draw(FLAG),
                where=draw(SAID),
            )
        )
    order = draw(st.permutations(range(count)))
    return tuple(made[n] for n in order)


@st.composite
def _attentions(draw: Any) -> tuple[AttentionPart, ...]:
    count = draw(st.integers(0, 4))
    if not count:
        return CLASSES
    usual = draw(st.none() | st.integers(0, count - 1))
    clinical = [n != (usual or 0) and draw(FLAG) for n in range(count)]
    return tuple(
        AttentionPart(
            key=f"a-{n}",
            name=draw(NAMES),
            rank=draw(st.none() | st.integers(1, 60)),
            clinical=clinical[n],
            kiosk=draw(FLAG),
            usual=usual == n,
            target_minutes=draw(st.none() | st.integers(1, 90)),
        )
        for n in range(count)
    )


@st.composite
def _desks(
    draw: Any, services: tuple[ServicePart, ...], attentions: tuple[AttentionPart, ...]
) -> tuple[DeskPart, ...]:
    parents = {part.parent for part in services}
    leaves = [part.key for part in services if part.key not in parents]
    keys = [part.key for part in attentions]
    made = []
    for n in range(draw(st.integers(0, 3))):
        serves = draw(st.lists(st.sampled_from(leaves), min_size=1, unique=True))
        split = draw(st.integers(1, len(serves)))
        made.append(
            DeskPart(
                key=f"d-{n}",
                name=draw(WORDS),
                zone=draw(st.sampled_from(["", "a", "b"])),
                primary=tuple(serves[:split]),
                overflow=tuple(serves[split:]),
                auto_call=draw(FLAG),
                classes=tuple(draw(st.lists(st.sampled_from(keys), unique=True, max_size=2))),
                planned=draw(SPANS),
            )
        )
    return tuple(made)


@st.composite
def sites(draw: Any) -> SiteFile:
    """A whole description that the rules allow."""
    common = draw(st.none() | SPANS)
    services = draw(_services(common is not None))
    attentions = draw(_attentions())
    desks = draw(_desks(services, attentions))
    served = sorted({key for one in desks for key in (*one.primary, *one.overflow)})
    arrows = st.sampled_from(["right", "left", "up-left"])
    name, zone = draw(WORDS), draw(st.sampled_from(["America/Lima", "America/Bogota", "UTC"]))
    settings = st.builds(
        Settings,
        recall_gap_s=st.sampled_from([20, 30]),
        day_close=st.sampled_from(["23:30", "22:00", NEVER]),
        holidays=FLAG,
        order=st.sampled_from(["profile", "strict", "accumulating", "share"]),
        share_first=st.integers(1, 4),
        target_minutes=st.integers(1, 90),
    )
    return SiteFile(
        site=SitePart(
            key="uno",
            name=name,
            zone=zone,
            profile=draw(st.sampled_from(["pe", "co", "plain"])),
            languages=draw(st.sampled_from([("es",), ("es", "en"), ("es", "qu", "en")])),
            hours=common,
            settings=draw(settings),
        ),
        service=tuple(
            msgspec.structs.replace(
                part,
                path=()
                if part.prefix is None
                else tuple(
                    key for key in draw(st.permutations(served)) if key != part.key and draw(FLAG)
                ),
                reserve=draw(
                    st.integers(0, sum(part.key in one.primary + one.overflow for one in desks))
                ),
            )
            for part in services
        ),
        desk=desks,
        attention=attentions,
        box=(BoxPart("x-0", draw(WORDS), draw(st.sampled_from(["", "a"]))),),
        kiosk=tuple(
            KioskPart(
                key=f"k-{n}",
                name=draw(WORDS),
                zone=draw(st.sampled_from(["", "a"])),
                printer=draw(st.sampled_from([None, "p-0"])),
                box=draw(st.sampled_from([None, "x-0"])),
                where=draw(SAID),
                footer=draw(SAID),
                staff=draw(SAID),
                mm=draw(st.sampled_from([None, 4, 6])),
            )
            for n in range(draw(st.integers(0, 2)))
        ),
        board=tuple(
            BoardPart(
                key=f"b-{n}",
                name=draw(WORDS),
                zone=draw(st.sampled_from(["", "a"])),
                sound=draw(st.none() | FLAG),
                contrast=draw(st.none() | FLAG),
                voice=draw(st.sampled_from([(), ("es",), ("es", "en")])),
                arrows={desk.name: draw(arrows) for desk in desks if draw(FLAG)},
                notices=draw(LINES),
            )
            for n in range(draw(st.integers(0, 2)))
        ),
        printer=(
            PrinterPart(
                "p-0",
                draw(WORDS),
                "tcp://10.0.0.9",
                draw(st.none() | WORDS),
                box=draw(st.sampled_from([None, "x-0"])),
            ),
        ),
        closure=tuple(
            ClosurePart(day, draw(st.sampled_from(["", "Aniversario"])))
            for day in draw(st.sets(st.sampled_from(["2026-12-24", "2026-12-31"])))
        ),
    )

"""A site's file: what is wrong is told with its key and what to do."""

import pytest

from tests.queue.hall import SITE
from turnero.queue import site_file
from turnero.queue.site_shape import CLASSES
from turnero.store.errors import Invalid

SMALL = """
[site]
key = "uno"
name = "Uno"
zone = "America/Bogota"

[[service]]
key = "caja"
prefix = "C"
name = { es = "Caja" }
all_day = true
"""


def test_a_small_file_is_enough() -> None:
    file = site_file.decode(SMALL)
    assert file.site.languages == ("es",)
    assert file.attention == CLASSES
    assert [part.key for part in CLASSES if part.usual] == ["ordinary"]


def test_names_are_composed() -> None:
    file = site_file.decode(SMALL.replace("Caja", "Nu\u0301mero"))
    assert file.service[0].name == {"es": "N\u00famero"}


#: what is changed in the file, the key that is named, and a word of what to do
WRONG = [
    ('key = "uno"', 'key = ""', "site.key", "small letters"),
    ('key = "uno"', 'key = "Uno Dos"', "site.key", "small letters"),
    ('key = "uno"', "", "site.key", "is missing"),
    ('key = "uno"', "key = 7", "site.key", "Expected `str`"),
    ('name = "Uno"', 'name = "U\\u202eno"', "site.name", "type it again"),
    ('name = "Uno"', 'name = "U\\u0007no"', "site.name", "type it again"),
    ('name = "Uno"', f'name = "{"U" * 401}"', "site.name", "shorten"),
    ('name = "Uno"', 'name = ""', "site.name", "give"),
    ("America/Bogota", "Macondo", "site.zone", "America/Lima"),
    ("America/Bogota", "../../etc/passwd", "site.zone", "America/Lima"),
    ('name = "Uno"', 'name = "Uno"\nprofile = "mx"', "site.profile", "mx"),
    ('name = "Uno"', 'name = "Uno"\nlanguages = []', "site.languages", "at least one"),
    ('name = "Uno"', 'name = "Uno"\nlanguages = ["spanish"]', "site.languages", "spanish"),
    ('name = "Uno"', 'name = "Uno"\ncolour = "red"', "site.colour", "not known"),
    (
        'name = "Uno"',
        'name = "Uno"\nsettings = { day_close = "late" }',
        "site.settings.day_close",
        "23:30",
    ),
    (
        'name = "Uno"',
        'name = "Uno"\nsettings = { undo_s = 9999 }',
        "site.settings.undo_s",
        "0 to 60",
    ),
    (
        'name = "Uno"',
        'name = "Uno"\nsettings = { alarm_to = "a@b.example\\r\\nBcc: c@d.example" }',
        "site.settings.alarm_to",
        "type it again",
    ),
    (
        'name = "Uno"',
        'name = "Uno"\nsettings = { alarm_to = "Técnica <a@b>" }',
        "site.settings.alarm_to",
        "no e-mail address",
    ),
    ('name = "Uno"', 'name = "Uno"\nsettings = { undo = 5 }', "site.settings.undo", "not known"),
    ('prefix = "C"', 'prefix = "I"', "service[0].prefix", "one or two of"),
    ('prefix = "C"', 'prefix = "O"', "service[0].prefix", "one or two of"),
    ('prefix = "C"', 'prefix = "Q"', "service[0].prefix", "one or two of"),
    ('prefix = "C"', 'prefix = "Ñ"', "service[0].prefix", "one or two of"),
    ('prefix = "C"', 'prefix = "c"', "service[0].prefix", "one or two of"),
    ('prefix = "C"', 'prefix = "ABC"', "service[0].prefix", "one or two of"),
    ('prefix = "C"', "", "service[0].prefix", "missing"),
    ('{ es = "Caja" }', '{ en = "Cashier" }', "service[0].name", "add es"),
    ("all_day = true", "", "service[0].hours", "all_day = true"),
    ("all_day = true", 'hours = { mon = ["8-13"] }', "service[0].hours.mon", "08:00-13:00"),
    ("all_day = true", 'hours = { mon = ["22:00-22:00"] }', "service[0].hours.mon", "22:00-06:00"),
    (
        "all_day = true",
        'hours = { mon = ["22:00-06:00"], tue = ["05:00-09:00"] }',
        "service[0].hours.tue",
        "overlap",
    ),
    (
        "all_day = true",
        'hours = { mon = ["08:00-13:00", "12:00-18:00"] }',
        "service[0].hours.mon",
        "overlap",
    ),
    (
        "all_day = true",
        'hours = { lunes = ["08:00-13:00"] }',
        "service[0].hours",
        "Invalid enum value 'lunes'",
    ),
    (
        'name = "Uno"',
        'name = "Uno"\nsettings = { order = "fifo" }',
        "site.settings.order",
        "Invalid enum value 'fifo'",
    ),
    *(
        (
            'name = "Uno"',
            f'name = "Uno"\nsettings = {{ {name} = {value} }}',
            f"site.settings.{name}",
            f"1 to {most}",
        )
        for name, value, most in (
            ("share_first", 0, 20),
            ("share_rest", -1, 20),
            ("share_rest", 21, 20),
            ("target_minutes", 0, 1440),
            ("target_minutes", -30, 1440),
        )
    ),
    (
        'name = "Uno"',
        'name = "Uno"\nsettings = { target_minutes = "30" }',
        "site.settings.target_minutes",
        "Expected `int`",
    ),
    ("all_day = true", "all_day = true\nquota = 0", "service[0].quota", "1 or more"),
    ("all_day = true", "all_day = true\ntarget_minutes = -5", "service[0].target_minutes", "1 to"),
    ("all_day = true", "all_day = true\nreserve = -1", "service[0].reserve", "0 to 0"),
    ("all_day = true", "all_day = true\nreserve = 1", "service[0].reserve", "0 to 0"),
    ("all_day = true", 'all_day = true\nparent = "nada"', "service[0].parent", "nada"),
    ("all_day = true", 'all_day = true\nparent = "caja"', "service[0].parent", "circle"),
]


@pytest.mark.parametrize(("old", "new", "key", "what"), WRONG)
def test_what_is_wrong_is_named(old: str, new: str, key: str, what: str) -> None:
    assert old in SMALL
    with pytest.raises(Invalid) as caught:
        site_file.decode(SMALL.replace(old, new, 1))
    assert caught.value.code in ("site-file", "site-file-line")
    assert caught.value.params["key"] == key
    assert what in str(caught.value.params["what"])


#: what is added to the file, the key that is named, and a word of what to do
ADDED = [
    ('[[service]]\nkey = "caja"\nprefix = "D"\nname = { es = "X" }', "service[1].key", "taken"),
    (
        '[[service]]\nkey = "otra"\nprefix = "C"\nname = { es = "X" }\nall_day = true',
        "service[1].prefix",
        "taken",
    ),
    (
        '[[service]]\nkey = "sub"\nparent = "caja"\nprefix = "D"\nname = { es = "X" }',
        "service[0].prefix",
        "group",
    ),
    ('[[desk]]\nkey = "v"\nname = "V"', "desk[0].primary", "at least one"),
    ('[[desk]]\nkey = "v"\nname = "V"\nprimary = ["nada"]', "desk[0].primary", "nada"),
    (
        '[[desk]]\nkey = "v"\nname = "V"\nprimary = ["caja"]\noverflow = ["caja"]',
        "desk[0]",
        "twice",
    ),
    ('[[desk]]\nkey = "v"\nname = ""\nprimary = ["caja"]', "desk[0].name", "empty"),
    ('[[kiosk]]\nkey = "k"\nname = "K"\nprinter = "p"', "kiosk[0].printer", "[[printer]]"),
    ('[[attention]]\nkey = "a"\nname = { es = "A" }\nclinical = true', "attention", "clinical"),
    (
        "\n".join(
            f'[[attention]]\nkey = "{key}"\nname = {{ es = "A" }}\nusual = true' for key in "ab"
        ),
        "attention",
        "two classes",
    ),
    *(
        (f'[[desk]]\nkey = "v"\nname = "V"\nprimary = ["caja"]\n{lines}', key, what)
        for lines, key, what in (
            ('classes = ["vip"]', "desk[0].classes", "vip"),
            ('classes = ["ordinary", "ordinary"]', "desk[0].classes", "twice"),
            ("only_classes = true", "desk[0].only_classes", "no class"),
            (
                'classes = ["preferential"]\nonly_classes = true',
                "service[0]",
                "nobody would call 'ordinary'",
            ),
        )
    ),
    (
        '[[attention]]\nkey = "a"\nname = { es = "A" }\ntarget_minutes = 0',
        "attention[0].target_minutes",
        "1 to",
    ),
    *(
        (
            (
                f'[[desk]]\nkey = "v"\nname = "V"\nprimary = ["caja"]\n[[service]]\nkey = "otra"\n'
                f'prefix = "F"\nname = {{ es = "X" }}\nall_day = true\n{lines}'
            ),
            key,
            what,
        )
        for lines, key, what in (
            ('path = ["nada"]', "service[1].path", "nada"),
            ('path = ["otra"]', "service[1].path", "not here itself"),
            ('path = ["caja", "caja"]', "service[1].path", "twice"),
            (f"path = {['caja'] * 13}", "service[1].path", "more than 12"),
            ('where = { spanish = "x" }', "service[1].where", "spanish"),
            (
                (
                    'path = ["g"]\n[[service]]\nkey = "g"\nname = { es = "G" }\n[[service]]\n'
                    'key = "z"\nparent = "g"\nprefix = "Z"\nname = { es = "Z" }\nall_day = true'
                ),
                "service[1].path",
                "group",
            ),
            (
                (
                    'path = ["z"]\n[[service]]\nkey = "z"\nprefix = "Z"\nname = { es = "Z" }\n'
                    "all_day = true"
                ),
                "service[1].path",
                "no desk serves 'z'",
            ),
            (
                (
                    '[[service]]\nkey = "g"\nname = { es = "G" }\npath = ["caja"]\n[[service]]\n'
                    'key = "z"\nparent = "g"\nprefix = "Z"\nname = { es = "Z" }\nall_day = true'
                ),
                "service[2].path",
                "group",
            ),
        )
    ),
    ("[[service", "file", "not TOML"),
]


@pytest.mark.parametrize(("added", "key", "what"), ADDED)
def test_what_does_not_fit_together_is_named(added: str, key: str, what: str) -> None:
    with pytest.raises(Invalid) as caught:
        site_file.decode(f"{SMALL}\n{added}\n")
    assert caught.value.params["key"] == key
    assert what in str(caught.value.params["what"])


def test_letters_that_sound_alike_are_not_called_in_one_zone() -> None:
    def file(zone: str) -> str:
        return SMALL.replace('"C"', '"B"') + (
            '[[service]]\nkey = "d"\nprefix = "D"\nname = { es = "D" }\nall_day = true\n'
            '[[desk]]\nkey = "v1"\nname = "1"\nzone = "a"\nprimary = ["caja"]\n'
            f'[[desk]]\nkey = "v2"\nname = "2"\nzone = "{zone}"\nprimary = ["d"]\n'
        )

    site_file.decode(file("b"))
    with pytest.raises(Invalid, match="B and D sound alike"):
        site_file.decode(file("a"))


def test_the_tests_own_site_is_right() -> None:
    assert len(site_file.decode(SITE).service) == 6

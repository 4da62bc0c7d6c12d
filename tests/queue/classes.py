"""A site with every sort of class, target and desk, for tests of what the order of calls adds up to."""

_SITE = """
[site]
key = "hnc"
name = "Hospital"
zone = "America/Lima"
languages = ["es"]
settings = {{ order = "{order}", share_first = {first}, target_minutes = 25 }}

[[service]]
key = "caja"
prefix = "C"
name = {{ es = "Caja" }}
all_day = true

[[service]]
key = "lab"
prefix = "L"
name = {{ es = "Laboratorio" }}
all_day = true
target_minutes = 8

[[service]]
key = "citas"
prefix = "K"
name = {{ es = "Citas" }}
all_day = true

[[desk]]
key = "v1"
name = "1"
primary = ["caja", "citas"]
overflow = ["lab"]

[[desk]]
key = "v2"
name = "2"
primary = ["lab", "citas"]

[[desk]]
key = "v3"
name = "3"
primary = ["caja", "lab"]
classes = ["preferential"]

[[desk]]
key = "v4"
name = "4"
primary = ["caja"]
classes = ["preferential"]
only_classes = true

[[attention]]
key = "red"
name = {{ es = "Rojo" }}
clinical = true

[[attention]]
key = "amber"
name = {{ es = "Ámbar" }}
clinical = true

[[attention]]
key = "preferential"
name = {{ es = "Preferente" }}

[[attention]]
key = "frail"
name = {{ es = "Frágil" }}
target_minutes = 7

[[attention]]
key = "ordinary"
name = {{ es = "General" }}
usual = true

[[attention]]
key = "errand"
name = {{ es = "Trámite" }}
target_minutes = 60
"""


def site(order: str, first: int = 3) -> str:
    """The site by this rule; `first`: of its share."""
    return _SITE.format(order=order, first=first)

"""What a sheet of figures and tables is, on a page and as a PDF, and in whose words it is written."""

import msgspec

from turnero.queue.reads.reports import Labels
from turnero.queue.views import name_in
from turnero.web.formats import Formats
from turnero.web.languages import Translator


class Figure(msgspec.Struct, frozen=True):
    """A figure of the head."""

    label: str
    value: str
    #: a word below, "" for none
    small: str = ""


class Table(msgspec.Struct, frozen=True):
    """A table; the first column is text, the others are figures unless `text` says otherwise."""

    title: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    #: said instead of the table where nothing happened, or below it
    note: str = ""
    #: columns that hold text
    text: tuple[int, ...] = (0,)
    #: the last row is a sum
    total: bool = False
    #: rows of what was taken back
    struck: frozenset[int] = frozenset()


class Sheet(msgspec.Struct, frozen=True):
    """All that a day's report says."""

    title: str
    day: str
    figures: tuple[Figure, ...]
    tables: tuple[Table, ...]


class Words(msgspec.Struct, frozen=True):
    """Whose words."""

    say: Translator
    fmt: Formats
    labels: Labels

    def service(self, key: str) -> str:
        """A service's name for staff."""
        names = self.labels.services.get(key)
        return name_in(names, self.say.language) if names else key

    def attention(self, key: str) -> str:
        """A class's name."""
        names = self.labels.attentions.get(key)
        return name_in(names, self.say.language) if names else key

    def desk(self, ref: str) -> str:
        """A desk's name."""
        return self.labels.desks.get(ref, ref)

    def place(self, key: str) -> int:
        """Where a service or a desk stands in the site's own order."""
        order = [*self.labels.services, *self.labels.desks]
        return order.index(key) if key in order else len(order)

    def seconds(self, seconds: int) -> str:
        """Minutes, rounded up: a wait is never told shorter than it was."""
        return self.fmt.minutes(-(-seconds // 60))

"""What people are told beside calls: a text in the site's languages, and an hour to come.

Checked once here for messages, pauses and kept lines; kept as JSON, language → words.
"""

import unicodedata
from collections.abc import Mapping
from typing import Final

import msgspec
from sqlalchemy import bindparam, select

from turnero.queue import text
from turnero.queue.numbers import local
from turnero.queue.refusals import invalid
from turnero.queue.settings import languages_of
from turnero.queue.tables import site
from turnero.store.sql import Query, Statement
from turnero.store.tx import Tx

#: longest text, characters: what still can be read on a board, and heard
MAX_TEXT: Final = 300

_SITE = Statement(select(site.c.languages, site.c.zone).where(site.c.no == bindparam("site")))


def checked(tx: Tx, texts: Mapping[str, str] | None) -> dict[str, str]:
    """The texts that hold words, in languages of the site; `Invalid` if one is not so or too long."""
    if not texts:
        return {}
    row = tx.row(_SITE, site=tx.site)
    known = languages_of(row.languages) if row else ()
    found = {}
    for language, words in texts.items():
        if language not in known:
            raise invalid("language-unknown", language=language[:20])
        clean = text.name(_one_line(words), "text", MAX_TEXT)
        if clean:
            found[language] = clean
    return found


def still(tx: Tx, texts: Mapping[str, str] | None) -> dict[str, str] | None:
    """The texts that were right once, in the languages that the site has by now."""
    row = tx.row(_SITE, site=tx.site)
    known = languages_of(row.languages) if row else ()
    return {name: words for name, words in (texts or {}).items() if name in known} or None


def kept(texts: Mapping[str, str]) -> str | None:
    """The texts as a row keeps them; None for none."""
    return msgspec.json.encode(texts, order="sorted").decode() if texts else None


def texts_of(kept_texts: str | None) -> dict[str, str]:
    """The texts that a row keeps."""
    return msgspec.json.decode(kept_texts, type=dict[str, str]) if kept_texts else {}


def says(kept_texts: str | None, language: str | None) -> str:
    """A row's text in a language, else the first there is; "" for none."""
    texts = texts_of(kept_texts)
    return texts.get(language or "") or next(iter(texts.values()), "")


def to_come(tx: Tx, *moments: int | None) -> None:
    """`Invalid` unless the moments (UTC) that are set lie ahead, each later than the one before."""
    last = tx.now_ms
    for moment in moments:
        if moment is None:
            continue
        if moment <= last:
            raise invalid("until-past")
        last = moment


def hour(moment_ms: int, now_ms: int, zone: str) -> str:
    """A moment as people at the site say it: "14:00", with the day if it is another one."""
    there, here = local(moment_ms, zone), local(now_ms, zone)
    return there.strftime("%H:%M" if there.date() == here.date() else "%Y-%m-%d %H:%M")


def zone_of(q: Query, site_no: int) -> str:
    """The site's time zone."""
    row = q.row(_SITE, site=site_no)
    return str(row.zone) if row else "UTC"


def _one_line(words: str) -> str:
    """Line ends and tabs are spaces: a text is read on one band and spoken in one breath."""
    return "".join(
        " " if unicodedata.category(char) in ("Zl", "Zp") or char in "\r\n\t" else char
        for char in words
    )

"""Templates of all slices under their prefixes, in one environment for each language.

An environment for each language (rather than a translator passed along) lets macros and
imported templates translate too. The compiled code is shared between them.
"""

import secrets
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

import jinja2_fragments
from jinja2 import (
    BaseLoader,
    BytecodeCache,
    Environment,
    FileSystemLoader,
    PrefixLoader,
    StrictUndefined,
)
from jinja2.bccache import Bucket

from turnero.web.assets import Assets
from turnero.web.languages import Translator


class _SharedCode(BytecodeCache):
    """Compiled templates, kept in memory, so that a second language need not compile them.

    Jinja compiles again what changed since: it keeps a sum of the source beside the code.
    """

    def __init__(self) -> None:
        self._code: dict[str, bytes] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        if (code := self._code.get(bucket.key)) is not None:
            bucket.bytecode_from_string(code)

    def dump_bytecode(self, bucket: Bucket) -> None:
        self._code[bucket.key] = bucket.bytecode_to_string()


#: of the whole process: what is compiled depends on a template's file alone
_CODE = _SharedCode()


def idempotency() -> str:
    """A fresh key for a form: 128 bits, written by the server because plain http has no other."""
    return secrets.token_urlsafe(16)


class Templates:
    """Renders a template or one of its blocks in a language."""

    def __init__(
        self, folders: Mapping[str, Path], assets: Assets, *, reload: bool = False
    ) -> None:
        """`folders`: prefix -> folder. `reload`: look for changed files, for development."""
        self._loader: BaseLoader = PrefixLoader(
            {name: FileSystemLoader(folder) for name, folder in folders.items()}
        )
        self._assets = assets
        self._reload = reload
        self.environment = cache(self._environment)

    def _environment(self, translator: Translator) -> Environment:
        """The environment of one language."""
        environment = Environment(
            loader=self._loader,
            autoescape=True,
            undefined=StrictUndefined,
            extensions=["jinja2.ext.i18n"],
            trim_blocks=True,
            lstrip_blocks=True,
            bytecode_cache=_CODE,
            auto_reload=self._reload,
        )
        environment.install_gettext_callables(  # type: ignore[attr-defined]  # by the extension
            translator.lookup, translator.lookup_plural, newstyle=True
        )
        environment.policies["ext.i18n.trimmed"] = True
        environment.globals.update(
            asset=self._assets.url,
            idempotency=idempotency,
            lang=translator.tag,
            language=translator.language,
        )
        environment.globals["ui"] = environment.get_template("web/ui.html").module
        return environment

    def render(
        self,
        translator: Translator,
        template: str,
        context: Mapping[str, Any],
        block: str | None = None,
    ) -> str:
        """The whole template, or one block of it.

        A block must be written in that very template: one that only the parent has raises
        `BlockNotFoundError`, naming both.
        """
        environment = self.environment(translator)
        if block is None:
            return environment.get_template(template).render(context)
        return jinja2_fragments.render_block(environment, template, block, context)

"""The pictures that boards may show: uploading, looking, letting go; and how content will look."""

import asyncio
import io
import zipfile
from typing import Any, Final

from litestar import Response, get, post
from litestar.datastructures import UploadFile
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from turnero.admin.content_parts import CONTENT
from turnero.admin.frame import Here, context, say_of, site_here, typed
from turnero.admin.pages import own, reader
from turnero.admin.wrongs import said
from turnero.queue import reads, site_out
from turnero.queue.commands.pictures import DropPicture, KeepPicture, drop, keep
from turnero.store.errors import Refused
from turnero.store.sql import Query
from turnero.web.forms import Form, read_form
from turnero.web.languages import mark
from turnero.web.pages import page, see_other, web_of
from turnero.web.pictures import MOST_BYTES, tidy
from turnero.web.principal import PageRequest
from turnero.web.problem_texts import Text
from turnero.web.problems import problem_of, text_of

#: files in one upload; a form of all pictures of another site
_MOST_FILES: Final = 20

PROBLEMS: Final = {
    "picture-large": Text(
        mark("This picture is too large"),
        mark("At most %(megabytes)s MB and 60 million points. Please make it smaller."),
    ),
    "picture-small": Text(
        mark("This picture is too small"),
        mark("At least %(least)s points wide and high are needed."),
    ),
    "picture-unreadable": Text(
        mark("This is no picture that can be read"),
        mark("Please choose a JPEG, PNG, WebP or GIF. SVG is not possible."),
    ),
    "pictures-many": Text(
        mark("There are too many pictures"),
        mark("At most %(most)s are kept. Please take out some that nothing shows."),
    ),
    "picture-used": Text(
        mark("This picture is shown"),
        mark("Take it out of what the boards show first."),
    ),
    "picture-none": Text(mark("No picture was chosen"), mark("Please choose one or more files.")),
}


class DropForm(Form, frozen=True, kw_only=True):
    """Which picture goes."""

    digest: str


def routes() -> list[HTTPRouteHandler]:
    """The routes of this module."""
    return [*_of_pictures(), *_of_content()]


def _of_pictures() -> list[HTTPRouteHandler]:
    @get("/admin/{site:str}/pictures", opt={"permission": "sites.manage"})
    async def pictures_page(request: PageRequest, site: FromPath[str]) -> Response[str]:
        """The pictures there are."""
        return await _show(request, await site_here(request, site))

    @post(
        "/admin/{site:str}/pictures",
        opt={"permission": "sites.manage"},
        status_code=200,
        request_max_body_size=_MOST_FILES * MOST_BYTES,
    )
    async def upload(request: PageRequest, site: FromPath[str]) -> Response[str]:
        """Keep what was chosen; one that cannot be read is said, and the others are kept."""
        found = await site_here(request, site)
        files = [
            one
            for _, one in (await request.form()).multi_items()
            if isinstance(one, UploadFile) and one.filename
        ][:_MOST_FILES]
        wrong: list[str] = []
        if not files:
            wrong.append(_words(request, found, Refused("picture-none", 422)))
        for file in files:
            try:
                tidied = await asyncio.to_thread(tidy, await file.read())
                await web_of(request).ledger.run(
                    keep, KeepPicture(*tidied), site=found.no, actor=request.user.actor
                )
            except Refused as refused:
                wrong.append(f"{file.filename[:80]}: {_words(request, found, refused)}")
        if wrong:
            return await _show(request, found, wrong=wrong, status=422)
        return see_other(request, f"/admin/{site}/pictures")

    @post("/admin/{site:str}/pictures/drop", opt={"permission": "sites.manage"}, status_code=200)
    async def let_go(request: PageRequest, site: FromPath[str]) -> Response[str]:
        """Take a picture out that nothing shows."""
        found = await site_here(request, site)
        form = await read_form(request, DropForm)
        try:
            await web_of(request).ledger.run(
                drop,
                DropPicture(form.digest),
                site=found.no,
                actor=request.user.actor,
                key=form.idempotency_key,
            )
        except Refused as refused:
            wrong = [_words(request, found, refused)]
            return await _show(request, found, wrong=wrong, status=refused.status)
        return see_other(request, f"/admin/{site}/pictures")

    return [pictures_page, upload, let_go]


def _of_content() -> list[HTTPRouteHandler]:
    @get("/admin/{site:str}/file.zip", opt={"permission": "sites.manage"})
    async def everything(request: PageRequest, site: FromPath[str]) -> Response[bytes]:
        """The description and its pictures, to carry to another installation."""
        found = await site_here(request, site)
        packed = await web_of(request).ledger.read(_packed, found)
        headers = {"content-disposition": f'attachment; filename="{found.key}.zip"'}
        return Response(packed, media_type="application/zip", headers=headers)

    @post("/admin/{site:str}/preview", opt={"permission": "sites.manage"}, status_code=200)
    async def preview(request: PageRequest, site: FromPath[str]) -> Response[str]:
        """How what is typed will look on a board; in words what is wrong with it."""
        found = await site_here(request, site)
        given = own(await typed(request))
        try:
            part = CONTENT.saved(found.file, None, given).content[-1]
        except Refused as refused:
            say = say_of(request, found.no)
            wrong = said(refused, None, None, web_of(request), say)
            return Response(" ".join(dict.fromkeys(wrong.values())), status_code=422)
        drawn = await web_of(request).slots.fill("admin.preview", request, site=found.no, part=part)
        return Response(str(drawn), media_type="text/html; charset=utf-8")

    return [everything, preview]


def _packed(q: Query, found: Here) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr(f"{found.key}.toml", site_out.encode(found.file))
        for one in reads.pictures(q, found.no):
            data = reads.picture_data(q, found.no, one.digest)
            archive.writestr(f"pictures/{one.digest}.webp", data or b"")
    return out.getvalue()


def _words(request: PageRequest, found: Here, refused: Refused) -> str:
    title, detail = text_of(problem_of(refused), web_of(request).texts, say_of(request, found.no))
    return f"{title}. {detail}"


async def _show(request: PageRequest, found: Here, **more: Any) -> Response[str]:
    status = more.pop("status", 200)
    names = {one.picture: CONTENT.name(one, found.file) for one in found.file.content}
    shown = {"used": names, "wrong": []} | more
    there = await web_of(request).ledger.read(reads.pictures, found.no)
    return page(
        request,
        "admin/pictures.html",
        context(found, "content", reader(request, found.no), pictures=there, **shown),
        site=found.no,
        status=status,
    )

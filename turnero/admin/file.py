"""The whole site as one TOML file: download, and upload in its place."""

from typing import Any

from litestar import Response, get, post
from litestar.handlers import HTTPRouteHandler
from litestar.params import FromPath

from turnero.admin.edits import Upload, upload
from turnero.admin.frame import Here, Ports, context, say_of, site_here
from turnero.admin.pages import HOW, reader, since
from turnero.admin.wrongs import SENTENCES
from turnero.queue import refusals, site_file, site_out
from turnero.queue.site_breaches import Breach
from turnero.queue.site_lines import line_of
from turnero.store.errors import Refused
from turnero.web.forms import Form, read_form
from turnero.web.pages import page, web_of
from turnero.web.principal import PageRequest
from turnero.web.problems import problem_of, text_of

#: bytes of a form: a description of hundreds of desks, as browsers encode it
_MOST = 2 * 1024 * 1024


class UploadForm(Form, frozen=True, kw_only=True):
    """A description to load."""

    base: str
    seq: int
    source: str


def routes(ports: Ports) -> list[HTTPRouteHandler]:
    """The routes of this module."""

    @get("/admin/{site:str}/file", opt={"permission": "sites.manage"})
    async def file_page(request: PageRequest, site: FromPath[str]) -> Response[str]:
        """The description, to read, to keep, to change."""
        found = await site_here(request, site)
        return _show(request, found, site_out.encode(found.file))

    @get("/admin/{site:str}/file.toml", opt={"permission": "sites.manage"})
    async def download(request: PageRequest, site: FromPath[str]) -> Response[str]:
        """The description as a file."""
        found = await site_here(request, site)
        return Response(
            site_out.encode(found.file),
            media_type="application/toml; charset=utf-8",
            headers={"content-disposition": f'attachment; filename="{found.key}.toml"'},
        )

    @post(
        "/admin/{site:str}/file",
        opt={"permission": "sites.manage"},
        status_code=200,
        request_max_body_size=_MOST,
    )
    async def upload_file(request: PageRequest, site: FromPath[str]) -> Response[str]:
        """Load a description in place of the one shown; an error names its line and changes nothing."""
        found = await site_here(request, site)
        form = await read_form(request, UploadForm)
        try:
            file = site_file.decode(form.source)
            if file.site.key != found.key:
                raise refusals.unknown("site-unknown", site=file.site.key)
            try:
                ports.check_devices(file)
            except Breach as error:
                raise site_file.at_line(error, line_of(form.source, error.key)) from None
            loaded = await web_of(request).ledger.run(
                upload,
                Upload(form.base, file),
                site=found.no,
                actor=request.user.actor,
                key=form.idempotency_key,
            )
        except Refused as refused:
            return await _refused(request, ports, found, form, refused)
        after = await site_here(request, site)
        return _show(request, after, site_out.encode(after.file), done=loaded.changes)

    return [file_page, download, upload_file]


def _show(request: PageRequest, found: Here, source: str, **more: Any) -> Response[str]:
    status = more.pop("status", 200)
    shown = {"source": source, "wrong": "", "line": 0, "done": None, "since": None, "how": HOW}
    return page(
        request,
        "admin/file.html",
        context(found, "file", reader(request, found.no), **(shown | more)),
        site=found.no,
        status=status,
    )


async def _refused(
    request: PageRequest, ports: Ports, found: Here, form: UploadForm, refused: Refused
) -> Response[str]:
    say = say_of(request, found.no)
    if refused.code == "site-changed":
        moments = await since(request, ports, found, form.seq)
        return _show(request, found, form.source, since=moments, status=refused.status)
    line = 0
    if isinstance(refused, Breach):
        line = int(refused.params.get("line", 0))
        wrong = say.gettext(SENTENCES[refused.breach], **refused.figures)
        if refused.breach in ("shape", "not-known", "missing"):
            # whoever edits a file knows its words; these say more than ours
            wrong = f"{wrong} ({refused.params['what']})"
        if refused.breach != "file-unreadable":
            wrong = f"{refused.key}: {wrong}"
    else:
        _, wrong = text_of(problem_of(refused), web_of(request).texts, say)
    return _show(request, found, form.source, wrong=wrong, line=line, status=refused.status)

"""A sample of a site's ticket as a picture: from the words to the bytes, and back through the eyes of
the virtual printer. What the picture shows is what a printer would be sent.
"""

from typing import Final

from turnero.printer import escpos, picture
from turnero.printer.decode import decode
from turnero.printer.document import Document
from turnero.printer.layout import layout
from turnero.printer.profiles import PROFILES, Profile
from turnero.printer.ticket import Slip, ticket
from turnero.queue.site_shape import KioskPart, ServicePart, SiteFile
from turnero.queue.views import Wait, name_in
from turnero.web.formats import formats
from turnero.web.languages import translator

#: millimetres of paper → the profile that stands for it
PAPERS: Final = {80: "generic-80", 58: "generic-58"}
#: a code of the right length; it opens nothing
_CODE: Final = "kQ3x9fZaLm-7RtWv_bN2yQ"
_ADDRESS: Final = f"https://turnos.example/t/{_CODE}"


def document(
    file: SiteFile, language: str, profile: Profile, now_ms: int, *, large: bool = False
) -> Document:
    """A ticket of the site's first service, as this description has it."""
    say = translator(language, file.site.profile)
    groups = file.groups()
    services = {one.key: one for one in file.service if one.key not in groups}
    first = next(iter(services.values()))
    way = (first, *(services[key] for key in first.path if key in services))
    kiosk = next((one for one in file.kiosk if one.where or one.footer), KioskPart("", ""))
    slip = Slip(
        site=file.site.name,
        number=f"{first.prefix or ''}047",
        service=_public(first, language),
        issued_ms=now_ms,
        code=_CODE,
        url=_ADDRESS,
        ahead=7,
        wait=Wait(10, 25),
        steps=tuple(
            ", ".join(filter(None, (_public(one, language), name_in(one.where, language))))
            for one in way
        )
        if len(way) > 1
        else (),
        where=name_in(kiosk.where, language) or None,
        footer=name_in(kiosk.footer, language) or None,
        large=large,
    )
    fmt = formats(say.tag, file.site.zone)
    return ticket(slip, say, fmt, layout(file.ticket, language, profile))


def png(
    file: SiteFile, language: str, mm: int, now_ms: int, *, large: bool = False, whole: bool = False
) -> bytes:
    """Its picture on paper of that width. `whole`: as a printer set to draw everything prints it."""
    profile = PROFILES[PAPERS.get(mm, PAPERS[80])]
    paper = document(file, language, profile, now_ms, large=large)
    return picture.png(decode(escpos.encode(paper, profile, whole=whole)), profile)


def _public(service: ServicePart, language: str) -> str:
    return name_in(service.public_name or service.name, language)

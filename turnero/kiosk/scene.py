"""Where a kiosk's page plays: which site and kiosk, what was chosen so far, in which language.

Every kiosk route begins with `Scene.of(request)` and ends with `scene.page(...)`.
"""

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Final

import msgspec
from litestar import Response

from turnero.kiosk import visit as visits
from turnero.kiosk.guidance import Guide
from turnero.kiosk.port import By, KioskPort, Place
from turnero.kiosk.visit import Visit
from turnero.kiosk.wording import Wording
from turnero.store.errors import NotFound
from turnero.web.languages import NAMES
from turnero.web.pages import language_of, page, web_of
from turnero.web.principal import PageRequest

if TYPE_CHECKING:
    from turnero.web.wiring import Web

#: gives the port of a running server
Connect = Callable[["Web"], KioskPort]

#: seconds without a touch after which a page goes back to the start
PATIENCE_S: Final = 45
#: the same for a page that is read, or waited at
READ_S: Final = 75


class Scene(msgspec.Struct, frozen=True):
    """One request at a kiosk."""

    request: PageRequest
    port: KioskPort
    site: int
    place: Place
    visit: Visit
    #: catalogue name of the page's language
    language: str
    speak: Guide

    @classmethod
    async def of(cls, request: PageRequest, connect: Connect) -> "Scene":
        """Raises `NotFound` where the kiosk's site is gone."""
        web = web_of(request)
        user = request.user
        port = connect(web)
        # an administrator of every site looks at the first one's kiosk
        number = user.site if user.site is not None else 1
        look = web.looks.look(number)
        if look.number != number:
            raise NotFound("site-unknown", site=str(number))
        offered = tuple(name for name in look.languages if name in web.languages)
        chosen = visits.read(request.scope["query_string"].decode("latin-1"), offered)
        language = language_of(request, look, web.languages)
        return cls(
            request=request,
            port=port,
            site=number,
            place=await port.place(number, user.place),
            visit=chosen,
            language=language,
            speak=Guide(web.speech, language, on=chosen.voice),
        )

    def by(self, key: str | None = None) -> By:
        """Who acts here."""
        return By(self.request.user.actor, key)

    @property
    def wording(self) -> Wording:
        """The words of this page."""
        return Wording.of(web_of(self.request), self.site, self.language, self.speak)

    def page(
        self,
        template: str,
        context: Mapping[str, Any],
        *,
        path: str,
        again: Mapping[str, str] | None = None,
        patience_s: int = PATIENCE_S,
        status: int = 200,
    ) -> Response[str]:
        """A page of the kiosk. `path`: its address without choices. `again`: the fields which,
        posted there again, give this page again (None: its address alone does).
        """
        web = web_of(self.request)
        return page(
            self.request,
            template,
            {
                "visit": self.visit,
                "place": self.place,
                "names": NAMES,
                "path": path,
                "again": again,
                "patience_s": patience_s,
                "can_speak": web.speech is not None,
                "reports": self.place.device is not None,
                "scan_arg": f"{self.site}/{self.place.key}",
                **self.wording.functions(),
                **context,
            },
            site=self.site,
            language=self.language,
            status=status,
        )

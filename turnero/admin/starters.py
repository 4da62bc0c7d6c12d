"""What a new site can begin with: services as hospitals, clinics, laboratories and home care have
them, and what differs from country to country.

Invented and ordinary; whoever sets a site up takes out what they do not have, and adds the rest.
"""

from typing import Final

import msgspec

from turnero.queue.site_shape import AttentionPart, Names, ServicePart
from turnero.web.languages import mark


class Country(msgspec.Struct, frozen=True):
    """What is usual there."""

    #: msgid
    name: str
    #: IANA, the first is usual
    zones: tuple[str, ...]
    languages: tuple[str, ...]
    #: what people prove their identity with
    document: Names
    #: what a desk is called
    desk: Names
    classes: tuple[AttentionPart, ...]


class Starter(msgspec.Struct, frozen=True):
    """A kind of site."""

    #: msgids
    name: str
    about: str
    services: tuple[ServicePart, ...]
    #: which services each of the first desks calls
    desks: tuple[tuple[str, ...], ...]


_DOCUMENT: Final = {
    "es": "Documento de identidad",
    "en": "Identity document",
    "pt": "Documento de identidade",
}
_DESK: Final = {"es": "Ventanilla", "en": "Desk", "pt": "Guichê"}


def _classes(preferential: str) -> tuple[AttentionPart, ...]:
    return (
        AttentionPart("preferential", {"es": preferential, "en": "Priority", "pt": "Preferencial"}),
        AttentionPart("ordinary", {"es": "General", "en": "General", "pt": "Geral"}, usual=True),
    )


COUNTRIES: Final = {
    "pe": Country(
        mark("Peru"),
        ("America/Lima",),
        ("es", "en", "pt"),
        {
            "es": "DNI o carné de extranjería",
            "en": "Identity document",
            "pt": "Documento de identidade",
        },
        _DESK,
        _classes("Preferente"),
    ),
    "co": Country(
        mark("Colombia"),
        ("America/Bogota",),
        ("es", "en", "pt"),
        {
            "es": "Cédula o documento de identidad",
            "en": "Identity document",
            "pt": "Documento de identidade",
        },
        {"es": "Módulo", "en": "Desk", "pt": "Guichê"},
        _classes("Preferencial"),
    ),
    "plain": Country(
        mark("Another country"),
        (
            "America/La_Paz",
            "America/Guayaquil",
            "America/Santiago",
            "America/Argentina/Buenos_Aires",
            "America/Asuncion",
            "America/Montevideo",
            "America/Caracas",
            "America/Panama",
            "America/Costa_Rica",
            "America/Guatemala",
            "America/Mexico_City",
            "America/Santo_Domingo",
            "America/Sao_Paulo",
            "Europe/Madrid",
            "Europe/Lisbon",
            "UTC",
        ),
        ("es", "en", "pt"),
        _DOCUMENT,
        _DESK,
        _classes("Preferencial"),
    ),
}

#: stands for the country's document in what to bring
_ID: Final = "{document}"


def _service(
    key: str,
    prefix: str | None,
    names: tuple[str, str, str],
    *,
    parent: str | None = None,
    target: int | None = None,
    bring: tuple[tuple[str, str, str], ...] = (),
    all_day: bool = False,
) -> ServicePart:
    """A service; texts are in Spanish, English and Portuguese."""
    languages = ("es", "en", "pt")
    return ServicePart(
        key=key,
        name=dict(zip(languages, names, strict=True)),
        parent=parent,
        prefix=prefix,
        requirements={
            language: tuple(line[n] for line in bring)
            for n, language in enumerate(languages)
            if bring
        },
        all_day=all_day,
        target_minutes=target,
    )


_DOC: Final = (_ID, _ID, _ID)
_ORDER: Final = ("Orden médica", "The doctor's order", "Pedido médico")
_FASTING: Final = (
    "Ayuno de 8 horas, si su orden lo indica",
    "8 hours of fasting, if your order says so",
    "Jejum de 8 horas, se o pedido indicar",
)
_PAYMENT: Final = (
    "Orden de pago o número de cita",
    "Payment order or appointment number",
    "Ordem de pagamento ou número da consulta",
)
_PRESCRIPTION: Final = ("Receta vigente", "A prescription that is still valid", "Receita válida")

STARTERS: Final = {
    "hospital": Starter(
        mark("Hospital"),
        mark("Admission, cashier, outpatients, laboratory, pharmacy, X-rays, information"),
        (
            _service(
                "admision",
                    "A", ("Admisión y citas",
                    "Admission and appointments",
                    "Admissão e consultas"),
                target=30,
                bring=(_DOC, ("Hoja de referencia, si lo derivaron",
                    "Referral sheet, if you were sent",
                    "Encaminhamento, se houver")),
            ),
            _service("caja", "C", ("Caja", "Cashier", "Caixa"), target=20, bring=(_PAYMENT,)),
            _service(
                "consulta", "E", ("Consulta externa", "Outpatients", "Ambulatório"),
                target=40, bring=(_DOC, ("Su cita del día",
                    "Today's appointment",
                    "Sua consulta do dia")),
            ),
            _service("laboratorio", None, ("Laboratorio", "Laboratory", "Laboratório")),
            _service(
                "muestras", "M", ("Toma de muestras", "Taking of samples", "Coleta de amostras"),
                parent="laboratorio", target=30, bring=(_DOC, _ORDER, _FASTING),
            ),
            _service(
                "resultados", "R", ("Entrega de resultados", "Results", "Entrega de resultados"),
                parent="laboratorio", target=15, bring=(_DOC,),
            ),
            _service(
                "farmacia", "F", ("Farmacia", "Pharmacy", "Farmácia"), target=20,
                bring=(_DOC, _PRESCRIPTION),
            ),
            _service(
                "imagenes",
                    "X", ("Rayos X y ecografías",
                    "X-rays and ultrasound",
                    "Raios X e ultrassom"),
                target=40, bring=(_DOC, _ORDER),
            ),
            _service("informes", "N", ("Informes", "Information", "Informações"), target=15),
        ),
        (
            ("admision", "informes"),
            ("admision", "informes"),
            ("caja",),
            ("consulta",),
            ("muestras", "resultados"),
            ("farmacia",),
            ("imagenes",),
        ),
    ),
    "clinic": Starter(
        mark("Clinic or health centre"),
        mark("Reception, cashier, medical visits, nursing, vaccines"),
        (
            _service(
                "recepcion",
                    "R", ("Recepción y citas",
                    "Reception and appointments",
                    "Recepção e consultas"),
                target=15, bring=(_DOC,),
            ),
            _service("caja", "C", ("Caja", "Cashier", "Caixa"), target=15, bring=(_PAYMENT,)),
            _service(
                "medicina", "M", ("Consulta médica", "Medical visit", "Consulta médica"), target=40,
                bring=(_DOC, ("Su cita del día", "Today's appointment", "Sua consulta do dia")),
            ),
            _service(
                "enfermeria",
                    "E", ("Curaciones e inyectables",
                    "Dressings and injections",
                    "Curativos e injeções"),
                target=20, bring=(_DOC, _ORDER),
            ),
            _service(
                "vacunas", "V", ("Vacunas", "Vaccines", "Vacinas"), target=20,
                bring=(_DOC, ("Carné de vacunas", "Vaccination card", "Cartão de vacinas")),
            ),
        ),
        (("recepcion",), ("caja",), ("medicina",), ("enfermeria", "vacunas")),
    ),
    "laboratory": Starter(
        mark("Laboratory"),
        mark("Registration and payment, taking of samples, handing in samples, results"),
        (
            _service(
                "registro",
                    "A", ("Registro y pago",
                    "Registration and payment",
                    "Registro e pagamento"),
                target=15, bring=(_DOC, _ORDER),
            ),
            _service(
                "muestras", "M", ("Toma de muestras", "Taking of samples", "Coleta de amostras"),
                target=20, bring=(_FASTING,),
            ),
            _service(
                "frascos",
                    "E", ("Entrega de muestras traídas de casa",
                    "Samples brought from home",
                    "Entrega de amostras trazidas de casa"),
                target=10, bring=(("Frasco rotulado con su nombre",
                    "The jar with your name on it",
                    "Frasco com o seu nome"),),
            ),
            _service(
                "resultados", "R", ("Entrega de resultados", "Results", "Entrega de resultados"),
                target=10, bring=(("Comprobante de la toma",
                    "The slip from the sampling",
                    "Comprovante da coleta"),),
            ),
        ),
        (("registro",), ("muestras", "frascos"), ("resultados",)),
    ),
    "home-care": Starter(
        mark("Home care"),
        mark("Visits at home, equipment and oxygen, authorisations, medicines, payments"),
        (
            _service(
                "visitas",
                    "V", ("Programación de visitas",
                    "Planning of visits",
                    "Agendamento de visitas"),
                target=20, bring=(("Documento del paciente",
                    "The patient's document",
                    "Documento do paciente"),),
            ),
            _service(
                "equipos",
                    "E", ("Equipos y oxígeno",
                    "Equipment and oxygen",
                    "Equipamentos e oxigênio"),
                target=20, bring=(_ORDER,),
            ),
            _service(
                "autorizaciones", "A", ("Autorizaciones", "Authorisations", "Autorizações"),
                target=30, bring=(_ORDER, ("Resumen de historia clínica",
                    "Summary of the medical record",
                    "Resumo do prontuário")),
            ),
            _service(
                "medicamentos",
                    "M", ("Entrega de medicamentos",
                    "Medicines",
                    "Entrega de medicamentos"),
                target=20, bring=(_DOC, _PRESCRIPTION),
            ),
            _service("pagos", "C", ("Pagos", "Payments", "Pagamentos"), target=15),
        ),
        (("visitas",), ("equipos", "medicamentos"), ("autorizaciones", "pagos")),
    ),
}  # fmt: skip


def services_of(starter: str, country: str, languages: tuple[str, ...]) -> tuple[ServicePart, ...]:
    """A starter's services in the words of a country, in these languages."""
    document = COUNTRIES[country].document
    return tuple(
        msgspec.structs.replace(
            part,
            name=_in(part.name, languages),
            requirements={
                language: tuple(
                    document.get(language, _DOCUMENT["en"]) if line == _ID else line
                    for line in lines
                )
                for language, lines in part.requirements.items()
                if language in languages
            },
        )
        for part in STARTERS[starter].services
    )


def classes_of(country: str, languages: tuple[str, ...]) -> tuple[AttentionPart, ...]:
    """A country's priorities in these languages."""
    return tuple(
        msgspec.structs.replace(part, name=_in(part.name, languages))
        for part in COUNTRIES[country].classes
    )


def _in(names: Names, languages: tuple[str, ...]) -> Names:
    """Names in these languages; in one that we do not have, Spanish."""
    return {language: names.get(language, names["es"]) for language in languages}

"""The menu that answers who rings in: pure, (call, event) → move; nothing is done here.

One who is silent or presses a wrong key hears it again, twice, and then a kind end; whatever was
kept before stays kept. That something is kept is said only when its answer says so.
"""

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any, Final

from msgspec.structs import replace

from turnero.telephony.exchange import Gather
from turnero.telephony.ivr import holding, rating, texts
from turnero.telephony.ivr.calls import (
    Act,
    Answer,
    Ask,
    Asked,
    Call,
    Cancel,
    Check,
    Done,
    Event,
    Failed,
    Gone,
    Held,
    Hold,
    House,
    Look,
    Move,
    Offer,
    Open,
    Pressed,
    Rate,
    Refused,
    Result,
    Silent,
    Step,
    TalkNow,
)
from turnero.telephony.ivr.words import Words
from turnero.telephony.numbers import Number

#: silences and wrong keys at one step; at the last of them the call ends
TRIES: Final = 3
#: keys and silences in one call
TURNS: Final = 40
#: numbers typed that may not be rung
MISTYPED: Final = 3
#: services to a page, of which 9 is the key to more
PAGE: Final = 8
#: keys of a number at most, with those before a star: whoever begins anew may do so several times
_KEYS_TYPED: Final = 60

# Who is old or ill looks for the key, with the telephone away from the ear.
KEY: Final = Gather(digits=1, timeout_s=8, ends="")
NUMBER: Final = Gather(digits=_KEYS_TYPED, timeout_s=10)

Choice = Callable[[Call], Move]


def begin(house: House, caller: Number | None) -> Move:
    """Somebody rings; `caller`: a number that is shown and may be rung."""
    call = Call(house, Step.SERVICE, house.languages[0], caller=caller)
    first = (*texts.emergency(house), *texts.greeting(house))
    if not house.offers:
        return over(call, (*first, *texts.shut(house.opens), texts.BYE))
    if len(house.languages) > 1:
        return _listen(replace(call, step=Step.LANGUAGE), first)
    return _services(call, first)


def step(call: Call, event: Event) -> Move:
    """What comes of an event. Those that mean nothing at this step change nothing."""
    if isinstance(event, Gone):
        return _gone(call)
    return _HEARS.get(call.step, _chosen)(call, event)


def _chosen(call: Call, event: Event) -> Move:
    if isinstance(event, Pressed):
        return _pressed(replace(call, turns=call.turns + 1), event.digits)
    if isinstance(event, Silent):
        return _again(replace(call, turns=call.turns + 1), ())
    return Move(call)


def over(call: Call, says: Words = ()) -> Move:
    """The last that is said."""
    return Move(replace(call, step=Step.OVER, acting=None), says)


# --- what is said at a step, and what its keys do --------------------------------------------


def _listen(call: Call, before: Words = ()) -> Move:
    """Say what can be chosen, and wait."""
    gather = NUMBER if call.step is Step.TYPE else KEY
    says = (*call.first, *before, *_SAYS[call.step](call))
    return Move(replace(call, first=()), says, gather)


def _enter(call: Call, at: Step, before: Words = ()) -> Move:
    return _listen(replace(call, step=at, tries=0, acting=None), before)


def _act(call: Call, act: Act) -> Move:
    return Move(replace(call, step=Step.ACTING, tries=0, acting=act, again=False), act=act)


def _pressed(call: Call, digits: str) -> Move:
    if call.step is Step.TYPE:
        return _act(call, Check(digits)) if digits else _again(call, ())
    if call.step is Step.RATING:
        return rating.pressed(call, digits) or _again(call, (texts.WRONG_KEY,))
    choice = _keys(call).get(digits)
    if choice is None:
        return _again(call, (texts.WRONG_KEY,))
    return choice(replace(call, tries=0))


def _again(call: Call, before: Words) -> Move:
    """Nothing, or nothing that means anything, was pressed."""
    call = replace(call, tries=call.tries + 1)
    if call.step is Step.LANGUAGE and not before:
        # Who says nothing may not have heard their language yet; the usual one goes on.
        return _services(call, ())
    if call.tries < TRIES and call.turns < TURNS:
        return _listen(call, before)
    if call.step is Step.RATING:
        return over(call, (texts.THANKS, texts.BYE))
    if call.step is not Step.OPEN and any(
        one.key == call.house.no_keys and one.hold for one in call.house.offers
    ):
        return _service(replace(call, keyless=True, first=()), call.house.no_keys)
    kept = (texts.STAYS,) if call.step is Step.OPEN else ()
    return over(call, (texts.GIVE_UP, *kept, texts.BYE))


def _keys(call: Call) -> Mapping[str, Choice]:
    if call.step is Step.LANGUAGE:
        return {
            str(n): partial(_language, language=language)
            for n, language in enumerate(call.house.languages, 1)
        }
    if call.step is Step.SERVICE:
        keys: dict[str, Choice] = {
            str(n): partial(_service, key=offer.key) for n, offer in enumerate(_page(call), 1)
        }
        if len(call.house.offers) > PAGE:
            keys["9"] = _turn_page
        return keys
    if call.step is Step.OFFER:
        return {key: _OFFER[kind] for key, kind in _KEYS_OF.items() if kind in _possible(call)}
    return _KEYS[call.step]


def _page(call: Call) -> tuple[Offer, ...]:
    offers = call.house.offers
    return offers[call.page * PAGE : (call.page + 1) * PAGE]


def _say_services(call: Call) -> Words:
    lines = tuple(texts.service(offer, n) for n, offer in enumerate(_page(call), 1))
    return (*lines, texts.MORE) if len(call.house.offers) > PAGE else lines


def _turn_page(call: Call) -> Move:
    pages = -(-len(call.house.offers) // PAGE)
    return _enter(replace(call, page=(call.page + 1) % pages), Step.SERVICE)


def _language(call: Call, language: str) -> Move:
    other = language != call.language
    before = texts.emergency(call.house, language) if other else ()
    return _services(replace(call, language=language), before)


def _services(call: Call, before: Words) -> Move:
    offers = call.house.offers
    if len(offers) == 1:
        return _service(replace(call, first=before), offers[0].key)
    return _enter(call, Step.SERVICE, before)


def _service(call: Call, key: str) -> Move:
    call = replace(call, service=key)
    if call.caller is None:
        return _hold(call) if call.keyless else _enter(call, Step.OFFER)
    return _act(call, Look(key, call.caller))


def _offer_of(call: Call) -> Offer:
    return next(offer for offer in call.house.offers if offer.key == call.service)


def _possible(call: Call) -> frozenset[type[Act]]:
    """What can be offered for the service."""
    kinds: set[type[Act]] = {Ask, Hold} if _offer_of(call).hold else {Ask}
    return frozenset(kinds.difference(call.without))


def _say_offer(call: Call) -> Words:
    possible = _possible(call)
    choices = ((Ask, texts.CALL_BACK), (Hold, texts.STAY))
    heard = () if call.without else texts.wait_for(_offer_of(call))
    return (*heard, *(sentence for kind, sentence in choices if kind in possible))


def _call_back(call: Call) -> Move:
    if call.caller is None:
        return _enter(call, Step.TYPE)
    return _enter(replace(call, number=call.caller), Step.READ)


def _hold(call: Call) -> Move:
    return _act(call, Hold(str(call.service), call.language, call.caller))


def _ask(call: Call) -> Move:
    if call.number is None:
        return _enter(call, Step.TYPE)
    return _act(call, Ask(str(call.service), call.number, call.language, call.caller))


def _type(call: Call) -> Move:
    return _enter(call, Step.TYPE)


def _keep(call: Call) -> Move:
    return over(call, (texts.KEPT, texts.BYE))


def _talk_now(call: Call) -> Move:
    return _act(call, TalkNow(str(call.open)))


def _cancel(call: Call) -> Move:
    return _act(call, Cancel(str(call.open)))


def _say_read(call: Call) -> Words:
    return texts.read_back(call.number) if call.number is not None else ()


_SAYS: Final[Mapping[Step, Callable[[Call], Words]]] = MappingProxyType(
    {
        Step.LANGUAGE: lambda call: texts.languages(call.house),
        Step.SERVICE: _say_services,
        Step.OPEN: lambda _: texts.OPEN,
        Step.OFFER: _say_offer,
        Step.READ: _say_read,
        Step.TYPE: lambda _: (texts.TYPE,),
        Step.RATING: lambda _: texts.RATE,
    }
)
_KEYS: Final[Mapping[Step, Mapping[str, Choice]]] = MappingProxyType(
    {
        Step.OPEN: {"1": _keep, "2": _talk_now, "3": _cancel},
        Step.READ: {"1": _ask, "2": _type},
    }
)
_KEYS_OF: Final[Mapping[str, type[Act]]] = MappingProxyType({"1": Ask, "2": Hold})
_OFFER: Final[Mapping[type[Act], Choice]] = MappingProxyType({Ask: _call_back, Hold: _hold})


# --- what came of an act ---------------------------------------------------------------------


def _acted(call: Call, event: Event) -> Move:
    act = call.acting
    if not isinstance(event, Answer) or act is None:
        return Move(call)
    result = event.result
    if call.gone:
        return over(call)
    return _CAME_OF[type(act)](call, act, result)


def _looked(call: Call, _act: Look, result: Result) -> Move:
    if call.keyless:
        call = replace(call, open=result.callback if isinstance(result, Open) else None)
        return _hold(call) if call.open is None else _talk_now(call)
    if isinstance(result, Open):
        return _enter(replace(call, open=result.callback, number=call.caller), Step.OPEN)
    # Not known either: asking will tell.
    return _enter(call, Step.OFFER)


def _checked(call: Call, _act: Check, result: Result) -> Move:
    if isinstance(result, Number):
        return _enter(replace(call, number=result), Step.READ)
    if not isinstance(result, Refused):
        return over(call, (texts.NOT_NOW, texts.BYE))
    why = texts.refused(result.code)
    call = replace(call, mistyped=call.mistyped + 1)
    if call.mistyped >= MISTYPED:
        return _not_asked(call, (why, texts.MISTYPED))
    return _enter(call, Step.TYPE, (why,))


def _came_of_asking(call: Call, act: Ask, result: Result) -> Move:
    if isinstance(result, Asked):
        return over(call, texts.asked(result))
    if isinstance(result, Open):
        if call.number == call.caller:
            return _enter(replace(call, open=result.callback), Step.OPEN)
        # Another's number: whose it is decides about it, and we ring there in any case.
        return over(call, (texts.OPEN_OTHER, texts.BYE))
    if isinstance(result, Refused):
        return _not_asked(call, (texts.refused(result.code),))
    if not call.again:
        # The same act under the same key: had it been done, this is only its answer.
        return Move(replace(call, again=True), act=act)
    return over(call, (texts.NOTHING_KEPT, texts.BYE))


def _not_asked(call: Call, why: Words) -> Move:
    """No callback; one may still stay on the line."""
    call = replace(call, without=(*call.without, Ask))
    if _possible(call):
        return _enter(call, Step.OFFER, why)
    return over(call, (*why, texts.BYE))


def _came_of_holding(call: Call, act: Hold | TalkNow, result: Result) -> Move:
    if isinstance(result, Held):
        return holding.start(call, result)
    if call.keyless:
        return over(call, (texts.GIVE_UP, texts.BYE))
    if isinstance(result, Failed):
        # Was it done, the line ends it as soon as this call is over.
        return over(call, (texts.NOT_NOW, texts.BYE))
    why = texts.refused(result.code) if isinstance(result, Refused) else texts.NOT_NOW
    if isinstance(act, TalkNow):
        return over(call, (why, texts.STAYS, texts.BYE))
    call = replace(call, without=(*call.without, Hold))
    if _possible(call):
        return _enter(call, Step.OFFER, (why,))
    return over(call, (why, texts.BYE))


def _cancelled(call: Call, _act: Cancel, result: Result) -> Move:
    return over(call, (texts.CANCELLED if isinstance(result, Done) else texts.NOT_NOW, texts.BYE))


def _rated(call: Call, _act: Rate, _result: Result) -> Move:
    return over(call, (texts.THANKS, texts.BYE))


def _gone(call: Call) -> Move:
    if call.step is Step.ACTING:
        return Move(replace(call, gone=True))
    return over(replace(call, gone=True))


_CAME_OF: Final[Mapping[type[Act], Callable[[Call, Any, Result], Move]]] = MappingProxyType(
    {
        Look: _looked,
        Check: _checked,
        Ask: _came_of_asking,
        Cancel: _cancelled,
        Hold: _came_of_holding,
        TalkNow: _came_of_holding,
        Rate: _rated,
    }
)
_HEARS: Final[Mapping[Step, Callable[[Call, Event], Move]]] = MappingProxyType(
    {Step.OVER: lambda call, _: Move(call), Step.ACTING: _acted, **holding.HEARS}
)

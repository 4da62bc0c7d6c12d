"""Any sequence of keys, silences, failures and hang-ups: what must hold whatever a caller does."""

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.telephony.ivr.menus import ANA, LAB, LUZ, XRAY, heard, house
from turnero.telephony.ivr import holding, menu
from turnero.telephony.ivr.calls import (
    Act,
    Answer,
    Ask,
    Asked,
    Cancel,
    Check,
    Connected,
    DeskGone,
    Done,
    Event,
    Failed,
    Gone,
    Held,
    Hold,
    Look,
    Move,
    NotOpen,
    Open,
    Pressed,
    Rate,
    Refused,
    Result,
    Said,
    Silent,
    Standing,
    Step,
    TalkNow,
)

#: what makes a place in line, or takes one over: never a second time in one call
PLACES = (Ask, Hold, TalkNow)
KEPT = "Listo: su lugar está guardado."
IN_LINE = "Ya está en la fila. Por favor, no cuelgue."
CANCELLED = "Su pedido quedó anulado."
#: what is pressed: mostly what leads on
KEYS = [*"1" * 8, *"2" * 6, *"3459078*#", *["912345678"] * 4, "12"]
#: how often one is silent or hangs up where one could
RARELY = st.sampled_from([False] * 5 + [True])
#: steps in which nothing needs to be said: something is done (the session covers it), or two speak
QUIET = {Step.ACTING, Step.TALKING}


class AnyCall(RuleBasedStateMachine):
    """The caller, the line and the desk, as a world in which acts may be done though they fail."""

    @initialize(
        shown=st.booleans(),
        several=st.booleans(),
        languages=st.booleans(),
        open_=st.booleans(),
        line=st.sampled_from(["", "", "lost", "failed"]),
    )
    def rings(self, shown: bool, several: bool, languages: bool, open_: bool, line: str) -> None:
        offers = (LAB, XRAY) if several else (LAB,)
        at = house(*offers, languages=("es", "en") if languages else ("es",))
        #: numbers for which a callback is open; of this call, or from before
        self.open = {ANA} if shown and open_ else set()
        self.before = frozenset(self.open)
        self.held = False
        self.places = 0
        self.gone = False
        self.saying = False
        self.pending: list[Act] = []
        self.steps = 0
        #: what becomes of every act that makes a place; "": now this, now that
        self.line = line
        first = menu.begin(at, ANA if shown else None)
        self.call = first.call
        self._take(first)

    def _event(self, event: Event) -> None:
        move = menu.step(self.call, event)
        self.call = move.call
        self._take(move)

    def _take(self, move: Move) -> None:
        self.steps += 1
        assert not (move.says and move.call.gone), "somebody who is gone is spoken to"
        said = heard(move)
        if move.says:
            self.saying = True
        if KEPT in said:
            assert self.open, "said to be kept before it was"
        if IN_LINE in said:
            assert self.held, "said to be in line before it was"
        if CANCELLED in said:
            assert not self.open & self.before, "said to be cancelled before it was"
        if move.act is not None:
            self.pending.append(move.act)

    # --- what a caller does --------------------------------------------------------------

    def listening(self) -> bool:
        return not self.gone and self.saying and self.call.step not in QUIET | holding.WAITING

    @precondition(listening)
    @rule(digits=st.sampled_from(KEYS))
    def presses(self, digits: str) -> None:
        if self.call.step is not Step.OVER:
            self.saying = False
            self._event(Pressed(digits))

    @precondition(listening)
    @rule(really=RARELY)
    def is_silent(self, really: bool = True) -> None:
        if not really:
            return
        self.saying = False
        self._event(Said() if self.call.step is Step.OVER else Silent())

    @precondition(lambda self: self.saying and self.call.step in holding.WAITING and not self.gone)
    @rule()
    def hears_it_out(self) -> None:
        self.saying = False
        self._event(Said())

    @precondition(lambda self: not self.gone)
    @rule(really=RARELY)
    def hangs_up(self, really: bool = True) -> None:
        if not really:
            return
        self.gone, self.saying = True, False
        self._event(Gone())

    # --- what the line does --------------------------------------------------------------

    @precondition(lambda self: self.pending)
    @rule(how=st.sampled_from(["done", "done", "refused", "lost", "failed"]))
    def answers(self, how: str) -> None:
        """Lost: it was done, and nobody heard so."""
        act = self.pending.pop()
        if self.line and isinstance(act, PLACES):
            how = self.line
        result: Result = Failed()
        if how in ("done", "lost"):
            result = self._do(act)
        elif how == "refused":
            result = Refused("phone-region")
        self._event(Answer(Failed() if how == "lost" else result))

    def _do(self, act: Act) -> Result:
        if isinstance(act, Look):
            return Open("cb") if act.number in self.open else NotOpen()
        if isinstance(act, Check):
            return LUZ if act.digits == "912345678" else Refused("phone-short")
        if isinstance(act, Ask):
            if act.number in self.before:
                return Open("cb")
            self.places += act.number not in self.open
            self.open.add(act.number)
            return Asked("A047")
        if isinstance(act, Cancel):
            self.open.clear()
        if isinstance(act, Hold | TalkNow):
            self.places += not self.held and isinstance(act, Hold)
            self.held = True
            return Held("t1", "A047")
        assert isinstance(act, Cancel | Rate)
        return Done()

    @precondition(lambda self: self.call.step in holding.WAITING)
    @rule(state=st.sampled_from(["waiting", "called", "kept", "gone"]), ahead=st.integers(0, 3))
    def stands(self, state: str, ahead: int) -> None:
        self._event(Standing(state, ahead))

    # --- what the desk does --------------------------------------------------------------

    @precondition(lambda self: self.call.step in holding.WAITING)
    @rule(told=st.booleans())
    def is_joined(self, told: bool) -> None:
        """By the one who dials; told by the exchange, or seen."""
        self.saying = False
        self._event(Connected() if told else Standing("serving"))

    @precondition(lambda self: self.call.step is Step.TALKING)
    @rule()
    def desk_hangs_up(self) -> None:
        self._event(DeskGone())

    @precondition(lambda self: self.call.step is Step.TALKING)
    @rule()
    def is_sent_on(self) -> None:
        self._event(Standing("waiting", 1))

    @precondition(lambda self: self.call.step is Step.OVER)
    @rule()
    def time_passes(self) -> None:
        """Nothing happens."""

    # --- what must hold ------------------------------------------------------------------

    @invariant()
    def one_call_has_one_place(self) -> None:
        if self.steps:
            assert self.places <= 1

    @invariant()
    def nobody_hears_dead_air(self) -> None:
        if self.steps and not self.gone and self.call.step not in QUIET | {Step.OVER}:
            assert self.saying

    @invariant()
    def only_one_thing_is_being_done(self) -> None:
        if self.steps:
            assert len(self.pending) <= 1
            assert bool(self.pending) == (self.call.step is Step.ACTING)

    def teardown(self) -> None:
        """Whatever happened: left alone, the call ends."""
        if not getattr(self, "steps", 0):
            return
        for _ in range(60):
            if self.call.step is Step.OVER:
                return
            if self.pending:
                self.answers("failed")
            elif self.call.step in holding.HEARS:
                self.hangs_up()
            else:
                self.is_silent()
        raise AssertionError(f"it never ends: {self.call.step}")


TestAnyCall = AnyCall.TestCase
TestAnyCall.settings = settings(max_examples=100, stateful_step_count=40, deadline=None)

"""Sentences said to a leg of the simulated exchange, and the keys pressed meanwhile."""

from collections.abc import Callable, Sequence

from turnero.telephony.exchange import Digit, Event, Gather, PromptDone, Say
from turnero.telephony.simulated.agenda import Agenda
from turnero.telephony.simulated.call import Call, Prompt


class Speaking:
    """Prompts end by themselves; a gathering one by its digits, its ending key, or silence."""

    def __init__(self, agenda: Agenda, tell: Callable[[Event], None]) -> None:
        self._agenda = agenda
        self._tell = tell

    def start(self, call: Call, says: Sequence[Say], gather: Gather | None) -> None:
        """Say it, in place of what was being said; the end of that is told to nobody."""
        prompt = call.prompt = Prompt(says, gather)
        self._agenda.after(prompt.ms, lambda: self._said(call, prompt))

    def stop(self, call: Call) -> None:
        """Say no more; nobody is told."""
        call.prompt = None

    def key(self, call: Call, digit: str) -> None:
        """A key was pressed."""
        prompt = call.prompt
        gather = prompt.gather if prompt else None
        if prompt is None or gather is None:
            self._tell(Digit(call.id, digit))
            return
        prompt.speaking = False
        if digit == gather.ends:
            self._done(call, prompt)
            return
        prompt.digits += digit
        self._tell(Digit(call.id, digit))
        if len(prompt.digits) >= gather.digits:
            self._done(call, prompt)
        else:
            self._wait(call, prompt, gather)

    def _said(self, call: Call, prompt: Prompt) -> None:
        if call.prompt is not prompt or not prompt.speaking:
            return
        prompt.speaking = False
        if prompt.gather is None:
            self._done(call, prompt)
        else:
            self._wait(call, prompt, prompt.gather)

    def _wait(self, call: Call, prompt: Prompt, gather: Gather) -> None:
        prompt.patience = mine = prompt.patience + 1

        def over() -> None:
            if prompt.patience == mine:
                self._done(call, prompt)

        self._agenda.after(gather.timeout_s * 1000, over)

    def _done(self, call: Call, prompt: Prompt) -> None:
        if call.prompt is prompt:
            call.prompt = None
            self._tell(PromptDone(call.id))

"""A process of its own that plays a day again: `python -m turnero.server.simulate.worker`.

A `Question` as JSON on standard input; on standard output a line `{"done": 3, "of": 24}` after each
day played, and at the end `{"found": …}` or `{"cannot": "nobody-then"}`. It knows no database and
no secret: all it needs is in the question. It gives way to whatever else the machine has to do.
"""

import os
import signal
import sys

import msgspec

from turnero.server.simulate.changes import ChangeError
from turnero.server.simulate.what_if import Question, ask

#: how much less urgent it is than the server
_NICE = 10


def main() -> None:
    """Answer the one question."""
    os.nice(_NICE)
    # So that what it has on the disk is cleared away when the server ends it.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    question = msgspec.json.decode(sys.stdin.buffer.read(), type=Question)
    done = 0

    def advance() -> None:
        nonlocal done
        done += 1
        _say({"done": done, "of": 2 * question.seeds})

    try:
        found = ask(question, jobs=1, advance=advance)
    except ChangeError as error:
        _say({"cannot": error.code})
    else:
        _say({"found": found})


def _say(message: object) -> None:
    sys.stdout.buffer.write(msgspec.json.encode(message) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()

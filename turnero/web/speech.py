"""The port behind which spoken guidance stands: words in, a sound by name out.

One slice gives it (`Slice.speech`), others use `Web.speech`. Only what a page of ours offered
to say has a name, so nobody can have other words spoken.
"""

from typing import Protocol


class Speech(Protocol):
    """Says sentences that pages offer."""

    def name(self, text: str, language: str) -> str | None:
        """The name under which this sentence sounds from now on; None: no voice speaks it.

        Renders nothing yet. A printed number in the text ("A047") is said as such.
        """
        ...

    async def sound(self, name: str) -> bytes | None:
        """The WAV of that name; None for a name that was never given, or a voice that fails."""
        ...

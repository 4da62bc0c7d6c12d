"""What a process is called among those that serve one database."""

import os
import socket
import zlib
from pathlib import Path


def process_name(folder: Path | None) -> str:
    """The same after a restart: the machine, and its data folder; without one, this process alone."""
    own = str(folder.resolve()) if folder is not None else str(os.getpid())
    return f"{socket.gethostname()}-{zlib.crc32(own.encode()):08x}"

"""What systemd is told (`Type=notify`): ready, alive, stopping. Nothing where it does not listen.

The protocol is sd_notify(3): datagrams on the socket that `NOTIFY_SOCKET` names.
"""

import logging
import os
import socket
from collections.abc import Mapping

log = logging.getLogger("turnero.device")


class Systemd:
    """The other end of the service manager's socket."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._address = environment.get("NOTIFY_SOCKET", "")
        usec = environment.get("WATCHDOG_USEC", "")
        own = environment.get("WATCHDOG_PID", str(os.getpid())) == str(os.getpid())
        #: seconds between two signs of life, half of what the unit allows; None: nobody watches
        self.every_s = int(usec) / 2e6 if self._address and own and usec.isdigit() else None

    def tell(self, *lines: str) -> None:
        """Send lines such as "READY=1"; what cannot be sent is only logged."""
        if not self._address:
            return
        address = self._address
        if address.startswith("@"):
            address = "\0" + address[1:]  # an abstract socket
        try:
            with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as sock:
                sock.setblocking(False)  # noqa: FBT003
                sock.sendto("\n".join(lines).encode(), address)
        except OSError as error:
            log.warning("the service manager cannot be told %s: %s", lines[0], error)

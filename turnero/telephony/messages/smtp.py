"""Messages by e-mail, over the house's SMTP server: one connection for each, in a thread.

TLS is demanded, by STARTTLS or from the first byte, unless the server is on this machine. Which
step failed says what is known: before the text was handed over nothing was sent; after its last
byte only an answer tells.
"""

import asyncio
import smtplib
import socket
import ssl
from contextlib import suppress
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from threading import Lock
from typing import Final

from turnero.telephony.messages.port import LONGEST_S, SENT, STEP_S, Message, Outcome
from turnero.telephony.messages.ways import Server

_OK: Final = 200
_GO_ON: Final = 354
_LATER: Final = 400
_NEVER: Final = 500


class Smtp:
    """See the module's text."""

    idempotent = False

    def __init__(self, server: Server, sender: str, context: ssl.SSLContext | None = None) -> None:
        self._server = server
        self._sender = sender
        self._context = context or ssl.create_default_context()

    async def send(self, message: Message) -> Outcome:
        """Send it."""
        attempt = _Attempt(self._server, self._context)
        running = asyncio.create_task(asyncio.to_thread(attempt.send, self._mail(message)))
        try:
            done, _ = await asyncio.wait({running}, timeout=LONGEST_S)
        finally:
            if not running.done():
                # A server that dribbles, or we stop: its connection is closed under the thread,
                # which then ends.
                attempt.cut()
        if not done:
            return Outcome("unknown" if attempt.handed_over else "failed", "no-answer")
        return running.result()

    async def check(self) -> str | None:
        """Whether the server greets, speaks TLS and takes the password."""
        attempt = _Attempt(self._server, self._context)
        return (await asyncio.to_thread(attempt.greet)).reason

    async def close(self) -> None:
        """Nothing is held."""

    def _mail(self, message: Message) -> EmailMessage:
        mail = EmailMessage(
            policy=SMTP.clone(cte_type="8bit" if message.text.isascii() else "7bit")
        )
        mail["From"] = self._sender
        mail["To"] = message.to
        mail["Subject"] = message.subject
        mail["Date"] = formatdate(usegmt=True)
        mail["Message-ID"] = f"<{message.id}@{self._sender.rpartition('@')[2]}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail["Content-Language"] = message.language
        mail.set_content(message.text + "\n")
        return mail


class _Attempt:
    """One connection. Used by one thread; `cut` by another."""

    def __init__(self, server: Server, context: ssl.SSLContext) -> None:
        self._server = server
        self._context = context
        self._smtp: smtplib.SMTP | None = None
        #: the text is being sent, or given up before: one of both, and for good
        self._decided = Lock()
        self.handed_over = False
        self._given_up = False

    def send(self, mail: EmailMessage) -> Outcome:
        try:
            self._open()
            return self._hand_over(mail)
        except smtplib.SMTPResponseException as error:
            if self.handed_over:  # no answer, but something in its place
                return Outcome("unknown", "unreachable")
            # Of the greeting, TLS or the password: it says nothing about this message.
            return Outcome("failed", f"smtp-{error.smtp_code}")
        except (smtplib.SMTPNotSupportedError, ssl.SSLError):
            return Outcome("failed", "tls")
        except (smtplib.SMTPException, OSError):
            return Outcome("unknown" if self.handed_over else "failed", "unreachable")
        finally:
            self.cut()

    def greet(self) -> Outcome:
        try:
            self._open()
        except smtplib.SMTPResponseException as error:
            return Outcome("failed", f"smtp-{error.smtp_code}")
        except (smtplib.SMTPException, OSError) as error:
            return Outcome("failed", type(error).__name__)
        finally:
            self.cut()
        return SENT

    def cut(self) -> None:
        """Close the connection, whoever waits on it; one that only comes to be sends nothing."""
        with self._decided:
            self._given_up = True
        sock = getattr(self._smtp, "sock", None)  # the thread may just let go of it itself
        if sock is not None:
            with suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            with suppress(OSError):
                sock.close()

    def _open(self) -> None:
        server = self._server
        if server.tls == "from-start":
            self._smtp = smtplib.SMTP_SSL(timeout=STEP_S, context=self._context)
        else:
            self._smtp = smtplib.SMTP(timeout=STEP_S)
        # What the constructor would have been told: the certificate is checked against it.
        self._smtp._host = server.host  # type: ignore[attr-defined]  # noqa: SLF001
        code, said = self._smtp.connect(server.host, server.port)
        if code >= _LATER:
            raise smtplib.SMTPConnectError(code, said)
        self._smtp.ehlo_or_helo_if_needed()
        if server.tls == "starttls":
            self._smtp.starttls(context=self._context)  # raises where there is none
            self._smtp.ehlo()
        if server.user:
            self._sign_in(self._smtp)

    def _sign_in(self, smtp: smtplib.SMTP) -> None:
        """By one method, once: `login` tries all, and some servers hang up on the second."""
        smtp.user, smtp.password = self._server.user, self._server.password
        known = smtp.esmtp_features.get("auth", "").split()
        if "PLAIN" in known or "LOGIN" not in known:
            smtp.auth("PLAIN", smtp.auth_plain)
        else:
            smtp.auth("LOGIN", smtp.auth_login)

    def _hand_over(self, mail: EmailMessage) -> Outcome:
        smtp = self._smtp
        assert smtp is not None  # noqa: S101 - `_open` made it
        for code, _said in (smtp.mail(_address(mail["From"])), smtp.rcpt(_address(mail["To"]))):
            if code >= _LATER:
                return _meaning(code)
        code, said = smtp.docmd("DATA")
        if code != _GO_ON:
            return _meaning(max(code, _LATER))
        text = mail.as_bytes()
        dotted = b"\r\n".join(
            b"." + line if line.startswith(b".") else line for line in text.split(b"\r\n")
        )
        with self._decided:
            if self._given_up:
                raise smtplib.SMTPServerDisconnected("given up")
            self.handed_over = True
        smtp.send(dotted.rstrip(b"\r\n") + b"\r\n.\r\n")
        code, said = smtp.getreply()
        del said
        if _OK <= code < _GO_ON:
            with suppress(smtplib.SMTPException, OSError):
                smtp.docmd("QUIT")
            return SENT
        return _meaning(code)


def _address(header: str) -> str:
    return str(header).rpartition("<")[2].rstrip(">").strip()


def _meaning(code: int) -> Outcome:
    return Outcome("refused" if code >= _NEVER else "failed", f"smtp-{code}")

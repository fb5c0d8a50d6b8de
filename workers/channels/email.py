"""E-mail over SMTP: one connection for a batch, and an honest account of what became of each."""

from __future__ import annotations

import re
import smtplib
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP as WIRE_FORMAT
from email.utils import parseaddr
from urllib.parse import quote

from workers.channels.base import (
    BAD_ADDRESS,
    Accepted,
    Message,
    Outcome,
    Rejected,
    Retry,
    Unknown,
    check_key,
)
from workers.channels.redaction import redacted
from workers.channels.settings import Encryption, MailServer

_ADDRESS = re.compile(r"[\w!#$%&'*+/=?^`{|}~.-]{1,64}@[A-Za-z0-9.-]{1,189}", re.ASCII)

# RFC 5321 §4.2; the login codes (RFC 4954) mean that we displease, not the message.
_OK = 250
_WILL_FORWARD = 251
_GO_ON = 354
_FOR_GOOD = 500
_LOGIN_CODES = frozenset({530, 534, 535, 538})

# RFC 5322 atext without "%", which escapes the rest.
_ID_CHARACTERS = "!#$&'*+-/=?^_`{|}~"

Reply = tuple[int, bytes]


class EmailChannel:
    """Hands mail to one SMTP server (邮件).

    A message that the server refused for good is Rejected, everything it may still take later is
    Retry. Only when the connection breaks between the message and the server's answer is the
    outcome Unknown; a repetition then carries the same Message-ID.
    """

    def __init__(
        self,
        server: MailServer,
        *,
        clock: Callable[[], datetime],
        timeout: float = 30.0,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._server = server
        self._clock = clock
        self._timeout = timeout
        self._tls = tls or ssl.create_default_context()
        self._sender = parseaddr(server.sender)[1]
        self._connection: smtplib.SMTP | None = None
        self._lock = threading.Lock()

    def send(self, key: str, message: Message) -> Outcome:
        """Sends one mail, over the connection of the one before if that still stands."""
        check_key(key)
        if not _ADDRESS.fullmatch(message.recipient):
            return Rejected(BAD_ADDRESS, "the recipient's address is not one mail can go to")
        mail = compose(key, message, server=self._server, sent_at=self._clock())
        with self._lock:
            try:
                connection = self._connected()
            except (smtplib.SMTPException, OSError) as error:
                return Retry(None, f"no way into the mail server: {_told(error)}")
            return self._hand_over(connection, message.recipient, mail)

    def close(self) -> None:
        """Says goodbye to the server, if it is still there."""
        with self._lock:
            if self._connection is not None:
                with suppress(smtplib.SMTPException, OSError):
                    self._connection.quit()
            self._hang_up()

    def _connected(self) -> smtplib.SMTP:
        """Answers a connection on which no mail is under way."""
        if self._connection is not None:
            with suppress(smtplib.SMTPException, OSError):
                if self._connection.rset()[0] == _OK:
                    return self._connection
            self._hang_up()
        self._connection = self._connect()
        return self._connection

    def _connect(self) -> smtplib.SMTP:
        server = self._server
        if server.encryption is Encryption.TLS:
            connection: smtplib.SMTP = smtplib.SMTP_SSL(
                server.host, server.port, server.domain, timeout=self._timeout, context=self._tls
            )
        else:
            connection = smtplib.SMTP(
                server.host, server.port, server.domain, timeout=self._timeout
            )
        try:
            connection.ehlo_or_helo_if_needed()
            if server.encryption is Encryption.STARTTLS:
                connection.starttls(context=self._tls)
                connection.ehlo()
            if server.user and server.password:
                connection.login(server.user, server.password)
        except BaseException:
            connection.close()
            raise
        return connection

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    def _hand_over(self, connection: smtplib.SMTP, recipient: str, mail: bytes) -> Outcome:
        try:
            refusal = self._announce(connection, recipient)
        except (smtplib.SMTPException, OSError) as error:
            self._hang_up()
            return Retry(None, f"the mail server went away before the message: {_told(error)}")
        if refusal is not None:
            return refusal
        # From here on the server may hold the whole message without our learning of it.
        try:
            connection.send(mail + b".\r\n")
            reply = connection.getreply()
        except (smtplib.SMTPException, OSError) as error:
            self._hang_up()
            return Unknown(f"the mail server went away before its answer: {_told(error)}")
        if reply[0] == _OK:
            return Accepted(_text(reply, recipient))
        if not _is_refusal(reply):
            self._hang_up()
            return Unknown(f"the mail server's answer makes no sense: {_text(reply, recipient)}")
        return self._refused(reply, recipient)

    def _announce(self, connection: smtplib.SMTP, recipient: str) -> Outcome | None:
        """Says from whom and to whom; answers the refusal, if any."""
        reply = connection.mail(self._sender)
        if reply[0] != _OK:
            return self._refused(reply, recipient)
        reply = connection.rcpt(recipient)
        if reply[0] not in {_OK, _WILL_FORWARD}:
            return self._refused(reply, recipient, code="recipient-refused")
        reply = connection.docmd("DATA")
        if reply[0] != _GO_ON:
            return self._refused(reply, recipient)
        return None

    def _refused(self, reply: Reply, recipient: str, code: str | None = None) -> Outcome:
        number = reply[0]
        if _is_refusal(reply) and number >= _FOR_GOOD and number not in _LOGIN_CODES:
            return Rejected(code or f"smtp-{number}", _text(reply, recipient))
        if not _is_refusal(reply):
            # Whatever it was, the next answer might be to the wrong question.
            self._hang_up()
        return Retry(None, _text(reply, recipient))


def compose(key: str, message: Message, *, server: MailServer, sent_at: datetime) -> bytes:
    """Answers the mail as it goes over the wire, all ASCII, lines ended by CRLF."""
    name, address = parseaddr(server.sender)
    mail = EmailMessage(WIRE_FORMAT)
    mail["From"] = Address(name, addr_spec=address)
    mail["To"] = message.recipient
    mail["Subject"] = " ".join(message.subject.split())
    mail["Date"] = sent_at
    # RFC 3834: no holiday notices in return.
    mail["Auto-Submitted"] = "auto-generated"
    # Base64 also leaves no line that begins with a dot, so nothing needs to be escaped.
    mail.set_content(message.text, charset="utf-8", cte="base64")
    mail["Content-Language"] = message.language
    # Set apart from the rest, because the library would fold a long one, and it must stay whole.
    message_id = f"Message-ID: <{quote(key, safe=_ID_CHARACTERS)}@{server.domain}>\r\n"
    return message_id.encode("ascii") + mail.as_bytes()


def _is_refusal(reply: Reply) -> bool:
    return 400 <= reply[0] < 600  # noqa: PLR2004  # RFC 5321: 4xx for now, 5xx for good


def _told(error: Exception) -> str:
    return redacted(f"{type(error).__name__}: {error}")


def _text(reply: Reply, recipient: str) -> str:
    """Answers the server's words in one line, without anybody's address."""
    code, words = reply
    line = f"{code} {words.decode('utf-8', 'replace')}"
    return redacted(line, recipient, numbers=code != _OK)

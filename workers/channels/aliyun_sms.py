"""Text messages by Aliyun (阿里云短信), signed here in a few lines instead of by their SDK.

SendSms: https://help.aliyun.com/zh/sms/developer-reference/api-dysmsapi-2017-05-25-sendsms
Signature: https://help.aliyun.com/zh/sdk/product-overview/v3-request-structure-and-signature
Codes: https://help.aliyun.com/zh/sms/developer-reference/api-error-codes
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from secrets import token_hex
from urllib.parse import quote, urlencode

from workers.channels.accounts import SmsAccount
from workers.channels.base import (
    BAD_ADDRESS,
    GONE,
    Accepted,
    Message,
    Outcome,
    Rejected,
    Retry,
    check_key,
)
from workers.channels.http_client import HttpClient, Target
from workers.channels.provider import Verdicts, ask, on_our_account

_ALGORITHM = "ACS3-HMAC-SHA256"
_MINUTE, _HOUR, _DAY = 60.0, 3_600.0, 86_400.0
_BUSY = ("Throttling", "ServiceUnavailable", "InternalError", "isp.SYSTEM_ERROR")

# Our own papers are not in order, or the account is empty.
_OURS = (
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "IncompleteSignature",
    "InvalidTimeStamp",
    "SignatureNonceUsed",
    "Forbidden",
    "NoPermission",
    "isp.RAM_PERMISSION_DENY",
    "isv.ACCOUNT_ABNORMAL",
    "isv.ACCOUNT_NOT_EXISTS",
    "isv.AMOUNT_NOT_ENOUGH",
    "isv.DENY_IP_RANGE",
    "isv.OUT_OF_SERVICE",
    "isv.PRODUCT_UNSUBSCRIBE",
    "isv.PRODUCT_UN_SUBSCRIPT",
)

# How often one number may get a message; only the words say which limit it was.
_TOO_OFTEN = "isv.BUSINESS_LIMIT_CONTROL"
_LIMITS = {"天级": _DAY, "小时级": _HOUR}

VERDICTS = Verdicts(
    provider="aliyun",
    pauses={
        **dict.fromkeys((*_BUSY, *_OURS)),
        _TOO_OFTEN: _MINUTE,
        "isv.DAY_LIMIT_CONTROL": _HOUR,
        "isv.MONTH_LIMIT_CONTROL": _HOUR,
    },
    ends={"isv.MOBILE_NUMBER_ILLEGAL": BAD_ADDRESS, "isv.CUSTOMER_REFUSED": GONE},
)


class AliyunSmsChannel:
    """Sends a template's parameters to a phone number in E.164 form.

    The key is the OutId, which comes back in receipts; Aliyun recognises no repetition by it.
    """

    def __init__(
        self, client: HttpClient, account: SmsAccount, *, clock: Callable[[], datetime]
    ) -> None:
        self._client = client
        self._account = account
        self._host = Target.parse(account.url, allow_http=True).host_header
        self._clock = clock

    def send(self, key: str, message: Message) -> Outcome:
        """Sends one message."""
        check_key(key)
        account, now = self._account, self._clock()
        template = account.templates.get(message.kind)
        if template is None:
            return Rejected("no-template", f"there is no template for messages of {message.kind!r}")
        query = canonical(
            {
                "PhoneNumbers": message.recipient.removeprefix("+"),
                "SignName": account.sign_name,
                "TemplateCode": template,
                "TemplateParam": json.dumps(dict(message.parameters), ensure_ascii=False),
                "OutId": key,
            }
        )
        headers = {
            "host": self._host,
            "x-acs-action": "SendSms",
            "x-acs-version": "2017-05-25",
            "x-acs-date": f"{now.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
            "x-acs-signature-nonce": token_hex(16),
        }
        signed = sign(account, query, headers)
        said = ask(self._client, "POST", f"{account.url}/?{query}", now=now, headers=signed)
        if not isinstance(said, dict):
            return on_our_account(said)
        if said.get("Code") == "OK":
            return Accepted(str(said.get("BizId") or "") or None)
        return _judged(said.get("Code"), str(said.get("Message")), message)

    def close(self) -> None:
        """Has nothing to end: connections are not kept."""


def canonical(parameters: Mapping[str, str]) -> str:
    """Answers a query as it is signed: sorted, and encoded by RFC 3986."""
    return urlencode(sorted(parameters.items()), quote_via=quote, safe="-_.~")


def sign(account: SmsAccount, query: str, headers: Mapping[str, str]) -> dict[str, str]:
    """Answers the headers of a POST without a body, signed; the client names the host itself."""
    whole = {**headers, "x-acs-content-sha256": hashlib.sha256(b"").hexdigest()}
    names = ";".join(sorted(whole))
    lines = "".join(f"{name}:{whole[name]}\n" for name in sorted(whole))
    request = "\n".join(["POST", "/", query, lines, names, whole["x-acs-content-sha256"]])
    text = f"{_ALGORITHM}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.new(account.key_secret.encode(), text.encode(), "sha256").hexdigest()
    credential = f"{_ALGORITHM} Credential={account.key_id}"
    del whole["host"]
    return {**whole, "Authorization": f"{credential},SignedHeaders={names},Signature={signature}"}


def _judged(code: object, words: str, message: Message) -> Outcome:
    outcome = VERDICTS.of(code, words, message)
    if code == _TOO_OFTEN and isinstance(outcome, Retry):
        pauses = [pause for limit, pause in _LIMITS.items() if limit in words]
        return replace(outcome, after_seconds=max(pauses, default=outcome.after_seconds))
    return outcome

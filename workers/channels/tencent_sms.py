"""Text messages by Tencent Cloud (腾讯云短信), signed here instead of by their SDK.

SendSms: https://cloud.tencent.com/document/api/382/55981
Signature TC3-HMAC-SHA256: https://cloud.tencent.com/document/api/382/52072
Codes: https://cloud.tencent.com/document/api/382/59177 and 382/52075
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from workers.channels.accounts import SmsAccount
from workers.channels.base import (
    BAD_ADDRESS,
    GONE,
    Accepted,
    Message,
    Outcome,
    Rejected,
    Unknown,
    check_key,
)
from workers.channels.http_client import HttpClient, Target
from workers.channels.provider import JSON, Verdicts, ask, on_our_account

_ALGORITHM = "TC3-HMAC-SHA256"
_ACTION = "SendSms"
_MINUTE, _HOUR, _DAY = 60.0, 3_600.0, 86_400.0
_SLOW = "InternalError.Timeout"

# Our own papers are not in order, or the account is empty.
_OURS = (
    "AuthFailure",
    "UnauthorizedOperation",
    "FailedOperation.InsufficientBalanceInSmsPackage",
)

VERDICTS = Verdicts(
    provider="tencent",
    pauses={
        **dict.fromkeys(("InternalError", "RequestLimitExceeded", *_OURS)),
        "LimitExceeded": _MINUTE,
        "LimitExceeded.AppDailyLimit": _HOUR,
        "LimitExceeded.DailyLimit": _HOUR,
        "LimitExceeded.PhoneNumberDailyLimit": _DAY,
        "LimitExceeded.PhoneNumberOneHourLimit": _HOUR,
        "LimitExceeded.PhoneNumberSameContentDailyLimit": _DAY,
        "LimitExceeded.PhoneNumberThirtySecondLimit": 30.0,
    },
    ends={
        "InvalidParameterValue.IncorrectPhoneNumber": BAD_ADDRESS,
        "FailedOperation.PhoneNumberInBlacklist": GONE,
    },
)


class TencentSmsChannel:
    """Sends a template's parameters, in its order, to a phone number in E.164 form.

    The key is the SessionContext, which comes back in receipts; Tencent recognises no repetition
    by it.
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
        body = {
            "PhoneNumberSet": [message.recipient],
            "SmsSdkAppId": account.app_id,
            "SignName": account.sign_name,
            "TemplateId": template,
            "TemplateParamSet": list(message.parameters.values()),
            "SessionContext": key,
        }
        content = json.dumps(body, ensure_ascii=False).encode("utf-8")
        headers = {
            **JSON,
            "X-TC-Action": _ACTION,
            "X-TC-Version": "2021-01-11",
            "X-TC-Region": account.region,
            "X-TC-Timestamp": str(int(now.timestamp())),
            "Authorization": authorization(
                account, "sms", self._host, _ACTION, content=content, now=now
            ),
        }
        said = ask(self._client, "POST", f"{account.url}/", content, now=now, headers=headers)
        if not isinstance(said, dict):
            return on_our_account(said)
        return _judged(said, message)

    def close(self) -> None:
        """Has nothing to end: connections are not kept."""


def authorization(
    account: SmsAccount, service: str, host: str, action: str, *, content: bytes, now: datetime
) -> str:
    """Answers the header that signs a POST of JSON."""
    day = f"{now.astimezone(UTC):%Y-%m-%d}"
    scope = f"{day}/{service}/tc3_request"
    names = "content-type;host;x-tc-action"
    lines = f"content-type:{JSON['Content-Type']}\nhost:{host}\nx-tc-action:{action.lower()}\n"
    request = "\n".join(["POST", "/", "", lines, names, hashlib.sha256(content).hexdigest()])
    digest = hashlib.sha256(request.encode()).hexdigest()
    text = f"{_ALGORITHM}\n{int(now.timestamp())}\n{scope}\n{digest}"
    key = f"TC3{account.key_secret}".encode()
    for part in (day, service, "tc3_request"):
        key = hmac.digest(key, part.encode(), "sha256")
    signature = hmac.new(key, text.encode(), "sha256").hexdigest()
    credential = f"{_ALGORITHM} Credential={account.key_id}/{scope}"
    return f"{credential}, SignedHeaders={names}, Signature={signature}"


def _judged(said: dict[str, Any], message: Message) -> Outcome:
    """Answers what became of the one number that was asked for."""
    response = said.get("Response")
    match response:
        case {"Error": {"Code": code, **more}}:
            return _refused(code, more.get("Message"), message)
        case {"SendStatusSet": [{"Code": "Ok", **more}]}:
            return Accepted(str(more.get("SerialNo") or "") or None)
        case {"SendStatusSet": [{"Code": code, **more}]}:
            return _refused(code, more.get("Message"), message)
        case _:
            return VERDICTS.of(None, None, message)


def _refused(code: object, words: object, message: Message) -> Outcome:
    if code == _SLOW:
        return Unknown(f"tencent answered {code}")
    return VERDICTS.of(code, words, message)

"""What is each text message provider's own: its signature, its fields and its limits."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, quote

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Request

from tests.integration.channels.posting import INSIDE, KEY, NOW, Clock, received
from tests.integration.channels.providers import PHONE, Json, an_account
from workers.channels import aliyun_sms, tencent_sms
from workers.channels.accounts import SmsAccount, SmsProvider
from workers.channels.base import BAD_ADDRESS, Accepted, Message, Outcome, Rejected, Retry, Unknown
from workers.channels.http_client import HttpClient

CHANNELS = {
    SmsProvider.ALIYUN: aliyun_sms.AliyunSmsChannel,
    SmsProvider.TENCENT: tencent_sms.TencentSmsChannel,
}


def text(server: HTTPServer, provider: SmsProvider, **changes: Any) -> Outcome:
    account = an_account(provider, server.url_for("").rstrip("/"))
    channel = CHANNELS[provider](HttpClient(**INSIDE), account, clock=Clock(NOW))
    details: dict[str, Any] = {
        "recipient": PHONE,
        "kind": "escalation",
        "parameters": {"level": "1", "clock": "受理 & 解决", "percent": "75%"},
    }
    return channel.send(KEY, Message(subject="", text="", **{**details, **changes}))


def answering(server: HTTPServer, body: Json, status: int = 200) -> HTTPServer:
    server.expect_request("/", method="POST").respond_with_json(body, status=status)
    return server


def _sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def check_aliyun(request: Request, secret: str) -> None:
    """Do what the server does: rebuild what was signed from what arrived."""
    found = re.fullmatch(
        r"ACS3-HMAC-SHA256 Credential=AKIDexample,SignedHeaders=(.+),Signature=([0-9a-f]{64})",
        request.headers["Authorization"],
    )
    assert found is not None
    names = found[1].split(";")
    assert names == sorted(names)
    told = {name.lower() for name, _ in request.headers if name.startswith("X-Acs")}
    assert {"host", *told} == set(names)
    pairs = sorted(parse_qsl(request.query_string.decode(), keep_blank_values=True))
    query = "&".join(f"{quote(k, safe='-_.~')}={quote(v, safe='-_.~')}" for k, v in pairs)
    headers = "".join(f"{name}:{request.headers[name].strip()}\n" for name in names)
    body = _sha256(request.get_data())
    assert request.headers["x-acs-content-sha256"] == body
    whole = f"POST\n/\n{query}\n{headers}\n{found[1]}\n{body}"
    signed = f"ACS3-HMAC-SHA256\n{_sha256(whole.encode())}"
    assert hmac.new(secret.encode(), signed.encode(), "sha256").hexdigest() == found[2]


def check_tencent(request: Request, secret: str) -> None:
    """Do what the server does: rebuild what was signed from what arrived."""
    found = re.fullmatch(
        r"TC3-HMAC-SHA256 Credential=AKIDexample/(\d{4}-\d\d-\d\d)/sms/tc3_request, "
        r"SignedHeaders=content-type;host;x-tc-action, Signature=([0-9a-f]{64})",
        request.headers["Authorization"],
    )
    assert found is not None
    moment = request.headers["X-TC-Timestamp"]
    assert found[1] == datetime.fromtimestamp(int(moment), UTC).date().isoformat()
    whole = (
        f"POST\n/\n\ncontent-type:{request.headers['Content-Type']}\n"
        f"host:{request.headers['Host']}\nx-tc-action:sendsms\n\n"
        f"content-type;host;x-tc-action\n{_sha256(request.get_data())}"
    )
    signed = f"TC3-HMAC-SHA256\n{moment}\n{found[1]}/sms/tc3_request\n{_sha256(whole.encode())}"
    key = f"TC3{secret}".encode()
    for part in (found[1], "sms", "tc3_request"):
        key = hmac.new(key, part.encode(), "sha256").digest()
    assert hmac.new(key, signed.encode(), "sha256").hexdigest() == found[2]


def test_aliyun_can_verify_a_message_and_finds_the_key_in_it(httpserver: HTTPServer) -> None:
    server = answering(httpserver, {"Code": "OK", "BizId": "9^0"})
    assert text(server, SmsProvider.ALIYUN) == Accepted("9^0")
    (request,) = received(server)

    check_aliyun(request, "a secret key")
    assert request.headers["x-acs-action"] == "SendSms"
    assert request.headers["x-acs-version"] == "2017-05-25"
    assert request.headers["x-acs-date"] == "2026-03-02T01:30:00Z"
    assert request.args["OutId"] == KEY
    assert request.args["PhoneNumbers"] == "8613800138000"
    assert (request.args["SignName"], request.args["TemplateCode"]) == ("客志", "SMS_1001")
    parameters = {"level": "1", "clock": "受理 & 解决", "percent": "75%"}
    assert json.loads(request.args["TemplateParam"]) == parameters


def test_no_two_requests_to_aliyun_are_alike(httpserver: HTTPServer) -> None:
    server = answering(httpserver, {"Code": "OK"})
    for _ in range(3):
        text(server, SmsProvider.ALIYUN)
    nonces = {request.headers["x-acs-signature-nonce"] for request in received(server)}

    assert len(nonces) == 3
    assert {request.args["OutId"] for request in received(server)} == {KEY}


def test_tencent_can_verify_a_message_and_finds_the_key_in_it(httpserver: HTTPServer) -> None:
    status = {"Code": "Ok", "SerialNo": "5000:1", "SessionContext": KEY}
    server = answering(httpserver, {"Response": {"SendStatusSet": [status]}})
    assert text(server, SmsProvider.TENCENT) == Accepted("5000:1")
    (request,) = received(server)

    check_tencent(request, "a secret key")
    assert request.headers["X-TC-Action"] == "SendSms"
    assert request.headers["X-TC-Version"] == "2021-01-11"
    assert request.headers["X-TC-Region"] == "ap-guangzhou"
    assert request.get_json() == {
        "PhoneNumberSet": [PHONE],
        "SmsSdkAppId": "1400006666",
        "SignName": "客志",
        "TemplateId": "1001",
        "TemplateParamSet": ["1", "受理 & 解决", "75%"],
        "SessionContext": KEY,
    }


def test_the_signature_is_the_one_in_aliyun_s_own_example() -> None:
    account = SmsAccount(
        provider=SmsProvider.ALIYUN,
        url="https://ecs.cn-shanghai.aliyuncs.com",
        key_id="YourAccessKeyId",
        key_secret="YourAccessKeySecret",
        sign_name="",
        templates={},
    )
    headers = {
        "host": "ecs.cn-shanghai.aliyuncs.com",
        "x-acs-action": "RunInstances",
        "x-acs-version": "2014-05-26",
        "x-acs-date": "2023-10-26T10:22:32Z",
        "x-acs-signature-nonce": "3156853299f313e23d1673dc12e1703d",
    }
    query = aliyun_sms.canonical(
        {
            "RegionId": "cn-shanghai",
            "ImageId": "win2019_1809_x64_dtc_zh-cn_40G_alibase_20230811.vhd",
        }
    )

    assert aliyun_sms.sign(account, query, headers)["Authorization"].endswith(
        "Signature=06563a9e1b43f5dfe96b81484da74bceab24a1d853912eee15083a6f0f3283c0"
    )


def test_the_signature_is_the_one_in_tencent_s_own_example() -> None:
    """Its keys are published with stars in the place of letters, and the signature is theirs."""
    account = SmsAccount(
        provider=SmsProvider.TENCENT,
        url="https://cvm.tencentcloudapi.com",
        key_id="AKID" + "*" * 32,
        key_secret="*" * 32,
        sign_name="",
        templates={},
    )
    content = (
        rb'{"Limit": 1, "Filters": [{"Values": ["\u672a\u547d\u540d"], "Name": "instance-name"}]}'
    )
    now = datetime.fromtimestamp(1551113065, UTC)

    assert tencent_sms.authorization(
        account,
        "cvm",
        "cvm.tencentcloudapi.com",
        "DescribeInstances",
        content=content,
        now=now,
    ).endswith("Signature=10b1a37a7301a02ca19a647ad722d5e43b4b3cff309d421d85b46093f6ab6c4f")


@pytest.mark.parametrize("provider", SmsProvider)
def test_a_message_without_a_template_is_not_sent(
    httpserver: HTTPServer, provider: SmsProvider
) -> None:
    outcome = text(httpserver, provider, kind="digest")

    assert isinstance(outcome, Rejected)
    assert outcome.code == "no-template"
    assert received(httpserver) == []


@pytest.mark.parametrize(
    ("words", "pause"),
    [
        ("触发分钟级流控Permits:1", 60),
        ("触发小时级流控Permits:5", 3_600),
        ("触发天级流控Permits:10", 86_400),
        ("", 60),
    ],
)
def test_aliyun_s_words_say_how_long_a_number_has_to_be_left_alone(
    httpserver: HTTPServer, words: str, pause: float
) -> None:
    server = answering(httpserver, {"Code": "isv.BUSINESS_LIMIT_CONTROL", "Message": words})
    outcome = text(server, SmsProvider.ALIYUN)

    assert isinstance(outcome, Retry)
    assert outcome.after_seconds == pause


@pytest.mark.parametrize(
    ("code", "pause"),
    [
        ("LimitExceeded.PhoneNumberOneHourLimit", 3_600),
        ("LimitExceeded.PhoneNumberDailyLimit", 86_400),
        ("LimitExceeded.DeliveryFrequencyLimit", 60),
        ("RequestLimitExceeded.UinLimitExceeded", None),
        ("InternalError.OtherError", None),
    ],
)
def test_tencent_s_limits_are_waited_for(
    httpserver: HTTPServer, code: str, pause: float | None
) -> None:
    server = answering(httpserver, {"Response": {"Error": {"Code": code, "Message": "no"}}})

    assert text(server, SmsProvider.TENCENT) == Retry(pause, f"tencent answered {code}: no")


def test_what_tencent_was_too_slow_for_may_have_been_sent(httpserver: HTTPServer) -> None:
    error = {"Code": "InternalError.Timeout", "Message": "请求下发短信超时"}
    server = answering(httpserver, {"Response": {"Error": error}})

    assert isinstance(text(server, SmsProvider.TENCENT), Unknown)


@pytest.mark.parametrize(
    ("provider", "code", "status"),
    [
        (SmsProvider.ALIYUN, "InvalidAccessKeyId.NotFound", 404),
        (SmsProvider.ALIYUN, "SignatureDoesNotMatch", 400),
        (SmsProvider.ALIYUN, "InvalidTimeStamp.Expired", 400),
        (SmsProvider.ALIYUN, "Throttling.User", 400),
        (SmsProvider.ALIYUN, "isv.AMOUNT_NOT_ENOUGH", 200),
        (SmsProvider.ALIYUN, "isp.RAM_PERMISSION_DENY", 200),
        (SmsProvider.TENCENT, "AuthFailure.SignatureFailure", 200),
        (SmsProvider.TENCENT, "UnauthorizedOperation.ServiceSuspendDueToArrears", 200),
        (SmsProvider.TENCENT, "FailedOperation.InsufficientBalanceInSmsPackage", 200),
    ],
)
def test_what_is_wrong_with_us_and_not_with_the_message_waits_for_an_operator(
    httpserver: HTTPServer, provider: SmsProvider, code: str, status: int
) -> None:
    body: Json = {"Code": code, "Message": "no"}
    if provider is SmsProvider.TENCENT:
        body = {"Response": {"Error": body}}

    assert isinstance(text(answering(httpserver, body, status), provider), Retry)


def test_a_number_that_is_none_is_told_without_the_number(httpserver: HTTPServer) -> None:
    words = "13800138000invalid mobile number"
    server = answering(httpserver, {"Code": "isv.MOBILE_NUMBER_ILLEGAL", "Message": words})

    assert text(server, SmsProvider.ALIYUN) == Rejected(
        BAD_ADDRESS, "aliyun answered isv.MOBILE_NUMBER_ILLEGAL: …invalid mobile number"
    )

"""The providers whose adapters are held to one contract, and what each is known to answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tests.integration.channels.posting import NOW, Clock
from workers.channels.accounts import SmsAccount, SmsProvider, WecomApp
from workers.channels.aliyun_sms import AliyunSmsChannel
from workers.channels.base import BAD_ADDRESS, GONE, Channel, Message
from workers.channels.dingtalk_bot import DingtalkBotChannel
from workers.channels.feishu_bot import FeishuBotChannel
from workers.channels.http_client import HttpClient
from workers.channels.tencent_sms import TencentSmsChannel
from workers.channels.wecom import WecomChannel
from workers.channels.wecom_bot import WecomBotChannel

Json = dict[str, Any]

APP = WecomApp(corp_id="ww7e42", agent_id=1000002, secret="app secret")
TOKEN = {"errcode": 0, "errmsg": "ok", "access_token": "token-1", "expires_in": 7200}
GETTOKEN = "/cgi-bin/gettoken"
PHONE = "+8613800138000"
SIGN_SECRET = "SEC240d7bb4c0bafc62"


def an_account(provider: SmsProvider, url: str) -> SmsAccount:
    return SmsAccount(
        provider=provider,
        url=url,
        key_id="AKIDexample",
        key_secret="a secret key",
        sign_name="客志",
        templates={"escalation": "SMS_1001" if provider is SmsProvider.ALIYUN else "1001"},
        app_id="1400006666",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Provider:
    """An adapter under test; `base` in its functions is where the provider's server is."""

    name: str
    build: Callable[[HttpClient, str], Channel]
    recipient: Callable[[str], str]
    path: str
    accepted: Json
    receipt: str | None = None
    busy: Json
    pause: float | None
    refused: Json
    refusal: str
    dead: Json
    end: str
    words: Callable[[str], Json]
    """An answer that refuses in these words."""
    is_ours: bool = False
    """Whether the company chose the server, so that nobody else is to blame for it."""
    secrets: tuple[str, ...] = field(default=())

    def message(self, base: str) -> Message:
        return Message(
            recipient=self.recipient(base),
            subject="客志：投诉升级",
            text="投诉 42 的受理时限已用 75%。",
            kind="escalation",
            parameters={"level": "1", "percent": "75"},
            secrets=self.secrets,
        )


def _sms(
    channel: type[AliyunSmsChannel | TencentSmsChannel], provider: SmsProvider
) -> Callable[[HttpClient, str], Channel]:
    return lambda client, base: channel(client, an_account(provider, base), clock=Clock(NOW))


def _tencent(code: str, words: str = "", number: str = "") -> Json:
    status = {"SerialNo": number, "PhoneNumber": PHONE, "Code": code, "Message": words}
    return {"Response": {"SendStatusSet": [status], "RequestId": "a0aabda6"}}


PROVIDERS = (
    Provider(
        name="wecom bot",
        build=lambda client, base: WecomBotChannel(client, base, clock=Clock(NOW)),
        recipient=lambda base: f"{base}/cgi-bin/webhook/send?key=693axxx6-7aoc",
        path="/cgi-bin/webhook/send",
        accepted={"errcode": 0, "errmsg": "ok"},
        busy={"errcode": 45009, "errmsg": "api freq out of limit"},
        pause=60,
        refused={"errcode": 40058, "errmsg": "invalid Request Parameter"},
        refusal="wecom-40058",
        dead={"errcode": 93000, "errmsg": "invalid webhook url"},
        end=GONE,
        words=lambda words: {"errcode": 40058, "errmsg": words},
    ),
    Provider(
        name="wecom app",
        build=lambda client, base: WecomChannel(client, base, APP, clock=Clock(NOW)),
        recipient=lambda _: "ZhangSan",
        path="/cgi-bin/message/send",
        accepted={"errcode": 0, "errmsg": "ok", "invaliduser": "", "msgid": "xN1a"},
        receipt="xN1a",
        busy={"errcode": 45009, "errmsg": "api freq out of limit"},
        pause=60,
        refused={"errcode": 44004, "errmsg": "empty content"},
        refusal="wecom-44004",
        dead={"errcode": 81013, "errmsg": "user & party & tag all invalid"},
        end=BAD_ADDRESS,
        words=lambda words: {"errcode": 44004, "errmsg": words},
        is_ours=True,
    ),
    Provider(
        name="dingtalk bot",
        build=lambda client, base: DingtalkBotChannel(client, base, clock=Clock(NOW)),
        recipient=lambda base: f"{base}/robot/send?access_token=566cc69da782ec",
        path="/robot/send",
        accepted={"errcode": 0, "errmsg": "ok"},
        busy={"errcode": 130101, "errmsg": "send too fast, exceed 20 times per minute"},
        pause=600,
        refused={"errcode": 310000, "errmsg": "keywords not in content"},
        refusal="dingtalk-310000",
        dead={"errcode": 300005, "errmsg": "token is not exist"},
        end=GONE,
        words=lambda words: {"errcode": 430102, "errmsg": words},
        secrets=(SIGN_SECRET,),
    ),
    Provider(
        name="feishu bot",
        build=lambda client, base: FeishuBotChannel(client, [base], clock=Clock(NOW)),
        recipient=lambda base: f"{base}/open-apis/bot/v2/hook/b43e7bea-88fd",
        path="/open-apis/bot/v2/hook/b43e7bea-88fd",
        accepted={"StatusCode": 0, "StatusMessage": "success", "code": 0, "data": {}, "msg": "ok"},
        busy={"code": 11232, "msg": "frequency limited"},
        pause=60,
        refused={"code": 19024, "msg": "Key Words Not Found"},
        refusal="feishu-19024",
        dead={"code": 19001, "msg": "param invalid: incoming webhook access token invalid"},
        end=GONE,
        words=lambda words: {"code": 19002, "msg": words},
        secrets=(SIGN_SECRET,),
    ),
    Provider(
        name="aliyun sms",
        build=_sms(AliyunSmsChannel, SmsProvider.ALIYUN),
        recipient=lambda _: PHONE,
        path="/",
        accepted={"Code": "OK", "Message": "OK", "BizId": "9006195^0", "RequestId": "F655A8D5"},
        receipt="9006195^0",
        busy={"Code": "isv.BUSINESS_LIMIT_CONTROL", "Message": "触发分钟级流控Permits:1"},
        pause=60,
        refused={"Code": "isv.SMS_TEMPLATE_ILLEGAL", "Message": "模板不合法"},
        refusal="aliyun-isv.SMS_TEMPLATE_ILLEGAL",
        dead={"Code": "isv.MOBILE_NUMBER_ILLEGAL", "Message": "13800138000invalid mobile number"},
        end=BAD_ADDRESS,
        words=lambda words: {"Code": "isv.INVALID_PARAMETERS", "Message": words},
        is_ours=True,
    ),
    Provider(
        name="tencent sms",
        build=_sms(TencentSmsChannel, SmsProvider.TENCENT),
        recipient=lambda _: PHONE,
        path="/",
        accepted=_tencent("Ok", "send success", "5000:1045710669157053657849499619"),
        receipt="5000:1045710669157053657849499619",
        busy=_tencent("LimitExceeded.PhoneNumberThirtySecondLimit", "too often"),
        pause=30,
        refused=_tencent("FailedOperation.TemplateIncorrectOrUnapproved", "template"),
        refusal="tencent-FailedOperation.TemplateIncorrectOrUnapproved",
        dead=_tencent("FailedOperation.PhoneNumberInBlacklist", f"{PHONE} is in the blacklist"),
        end=GONE,
        words=lambda words: _tencent("InvalidParameterValue.ContentLengthLimit", words),
        is_ours=True,
    ),
)

"""What `kezhi up` says once everything answers: where it is, who may log in, what to try."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from api.messages import Language
from domain.eventstore.settings import StoreSettings

_CHINESE = """
客志 Kezhi 已就绪：{address}
  网页         {address}/（用下面的令牌登录）
  接口文档     {address}/api/docs
  OpenAPI      {address}/api/openapi.json
  数据文件夹   {data}
{who}
  按 Ctrl-C 停止全部进程，数据会保留。
"""
_ENGLISH = """
Kezhi 客志 is ready: {address}
  Pages        {address}/ (sign in with a token below)
  API pages    {address}/api/docs
  OpenAPI      {address}/api/openapi.json
  Data         {data}
{who}
  Ctrl-C stops everything; the data stays.
"""
_CHINESE_DEMO = """  演示账号（角色、登录名、令牌）：
{logins}
  试一试：
    {curl}"""
_ENGLISH_DEMO = """  Demonstration logins, one per role, with their tokens:
{logins}
  Try:
    {curl}"""
_CHINESE_EMPTY = """  还没有人员。先添加一位并发放令牌：
    kezhi rep add wang 王芳
    kezhi token issue wang"""
_ENGLISH_EMPTY = """  Logins are made with:
    kezhi rep add wang 王芳
    kezhi token issue wang"""


def banner(
    language: Language, address: str, store: StoreSettings, logins: Sequence[dict[str, Any]]
) -> str:
    """Return the text; `logins` are those of the demonstration data, if it is there."""
    is_chinese = language is Language.CHINESE
    first: dict[str, dict[str, Any]] = {}
    for login in logins:
        first.setdefault(login["role"], login)
    if first:
        who = (_CHINESE_DEMO if is_chinese else _ENGLISH_DEMO).format(
            logins="\n".join(_line(login) for login in first.values()),
            curl=_curl(address, logins[0]["token"]),
        )
    else:
        who = _CHINESE_EMPTY if is_chinese else _ENGLISH_EMPTY
    text = _CHINESE if is_chinese else _ENGLISH
    return text.format(address=address, data=store.data_folder, who=who)


def _line(login: dict[str, Any]) -> str:
    return f"    {login['role']:<14} {login['login']:<12} {login['token']}"


def _curl(address: str, token: str) -> str:
    return f'curl -H "Authorization: Bearer {token}" {address}/api/v1/due-list'

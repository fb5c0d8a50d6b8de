"""The words for the names that fields and values have in the code."""

from __future__ import annotations

NAMES: dict[str, tuple[str, str]] = {
    "address": ("地址", "address"),
    "amount": ("金额", "amount"),
    "birthday": ("生日", "birthday"),
    "company": ("公司", "company"),
    "contact": ("联系人", "contact"),
    "currency": ("币种", "currency"),
    "customer": ("客户编号", "customer"),
    "date": ("日期", "date"),
    "district": ("地区", "district"),
    "email": ("邮箱", "e-mail"),
    "external_ref": ("客户编号", "external reference"),
    "grade": ("等级", "grade"),
    "industry": ("行业", "industry"),
    "login": ("登录名", "login"),
    "name": ("名称", "name"),
    "next_contact_on": ("下次联系日期", "next contact date"),
    "notes": ("备注", "notes"),
    "order_no": ("单号", "order number"),
    "owner": ("跟单人", "owner"),
    "phone": ("电话", "phone"),
    "product": ("产品", "product"),
    "quantity": ("数量", "quantity"),
    "second_owner": ("跟单人2", "second owner"),
    "source": ("来源", "source"),
    "tags": ("标签", "tags"),
    "wechat": ("微信", "WeChat"),
}

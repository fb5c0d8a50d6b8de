"""The words of the page on which anybody may write to the company."""

from __future__ import annotations

PAGE_WORDS: dict[str, tuple[str, str]] = {
    "title": ("给我们留言", "Write to us"),
    "other": ("English", "中文"),
    "other_tag": ("en", "zh-CN"),
    "text": ("留言内容（必填）", "Your message (required)"),
    "complaint": ("这是一项投诉", "This is a complaint"),
    "name": ("姓名", "Name"),
    "phone": ("电话", "Phone"),
    "email": ("邮箱", "E-mail"),
    "website": ("请勿填写", "Leave this empty"),
    "send": ("提交", "Send"),
    "accepted": ("已收到，谢谢。如需回复，我们会尽快联系您。",
                 "Thank you, we have received it and will get back to you if need be."),
    "unknown": ("此页面不存在或已停用。", "There is no such page, or not any more."),
    "expired": ("页面已过期，请再次提交。", "This page was open too long; please send it again."),
    "blank": ("请填写留言内容。", "Please write a message."),
    "long": ("内容过长，请缩短后再提交。", "This is too long; please shorten it."),
    "character": ("内容含有不允许的控制字符。", "This holds control characters we cannot take."),
    "often": ("提交过于频繁，请稍后再试。", "Too many messages came in; please try again later."),
}  # fmt: skip

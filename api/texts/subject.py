"""The words of what is handed to a person about himself."""

from __future__ import annotations

SUBJECT_TEXTS: dict[str, tuple[str, str]] = {
    "heading": ("您的个人信息", "What we hold about you"),
    "customer": ("编号", "Number"),
    "made": ("制作时间", "Made"),
    "zone": ("时区", "Zone"),
    "card": ("档案", "On file"),
    "history": ("记录", "What happened"),
    "looks": ("谁查阅过", "Who looked into it"),
    "nobody": ("没有查阅记录。", "Nobody but those who look after you."),
    "at": ("时间", "Time"),
    "actor": ("操作人", "Who"),
    "said": ("内容", "What"),
    "rights": (
        "您有权更正、删除这些信息，或撤回同意，请与我们联系。",
        "You may have this corrected or erased, or take your consent back. Just tell us.",
    ),
    "download": ("下载", "Download"),
    "once": (
        "点击“下载”获取我们保存的您的全部信息。此链接只能使用一次，请在 24 小时内下载。",
        "Download everything that we hold about you. This link works once, within 24 hours.",
    ),
    "gone": (
        "此链接已使用或已过期，请向我们索取新的链接。",
        "This link was used before or is too old. Ask us for a new one.",
    ),
}

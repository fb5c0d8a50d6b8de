"""What is wrong with one value of a body, a query or a cell."""

from __future__ import annotations

FIELD_TEXTS: dict[str, tuple[str, str]] = {
    "field-required": ("此项必填。", "This is required."),
    "field-null": ("此项不能为 null。", "This may not be null."),
    "field-unknown": ("没有这一项。", "There is no such field."),
    "field-invalid": ("此值无效。", "This value is not valid."),
    "field-not-object": ("应为 JSON 对象。", "This must be a JSON object."),
    "field-not-list": ("应为列表。", "This must be a list."),
    "field-not-text": ("应为文字。", "This must be text."),
    "field-not-integer": ("应为整数。", "This must be an integer."),
    "field-not-boolean": ("应为 true 或 false。", "This must be true or false."),
    "field-not-decimal": (
        '应为十进制数字的文字，例如 "12.50"。',
        'This must be a decimal number as text, for example "12.50".',
    ),
    "field-not-date": (
        "应为真实的日期，例如 2026-11-22。",
        "This must be a date that exists, for example 2026-11-22.",
    ),
    "field-not-instant": (
        "应为带时区的时刻，例如 2026-11-22T09:30:00+08:00。",
        "This must be an instant with its zone, for example 2026-11-22T09:30:00+08:00.",
    ),
    "field-not-moment": (
        "应为日期、带时区的时刻或日志位置，例如 2026-03-31、2026-03-31T09:00:00+08:00 或 1234。",
        (
            "This must be a day, an instant with its offset or a position in the log, such as"
            " 2026-03-31, 2026-03-31T09:00:00+08:00 or 1234."
        ),
    ),
    "field-not-id": ("应为 UUID 编号。", "This must be a UUID."),
    "field-not-choice": ("只能是：{choices}。", "This must be one of: {choices}."),
    "field-blank": ("不能为空白。", "This may not be blank."),
    "field-too-long": ("最多 {maximum} 个字符。", "At most {maximum} characters are kept."),
    "field-too-many": ("最多 {maximum} 项。", "At most {maximum} are allowed."),
    "field-too-few": ("至少 {minimum} 项。", "At least {minimum} must be given."),
    "field-out-of-range": (
        "应在 {minimum} 与 {maximum} 之间。",
        "This must lie between {minimum} and {maximum}.",
    ),
    "field-too-precise": ("小数最多 {places} 位。", "At most {places} decimal places are kept."),
    "field-forbidden-character": (
        "含有不允许的控制字符（{character}）。",
        "This holds a control character that is not allowed ({character}).",
    ),
    "field-several-lines": ("只能有一行。", "This must be a single line."),
    "field-key-not-plain": (
        "应为一个小写字母或符号，不含 Ctrl、Alt、Shift；数字留给快捷记录。",
        "This must be one small letter or sign, with nothing held down; digits are quick notes.",
    ),
    "field-key-taken": ("{key} 已用于{other}。", "{key} is already the key of {other}."),
    "field-key-of-note": ("{key} 已用于快捷记录。", "{key} is already the key of a quick note."),
    "parameter-repeated": (
        "该参数只能出现一次；多个值请用逗号分隔。",
        "This may be given once; separate several values by commas.",
    ),
}

"""What HTTP itself refuses, from the request line to the server's own failure."""

from __future__ import annotations

HTTP_TEXTS: dict[str, tuple[str, str]] = {
    "bad-request": (
        "请求有误。无法理解该请求，未保存任何内容。",
        "Bad request. It could not be understood; nothing was stored.",
    ),
    "unreadable-address": (
        "地址无法读取。路径和查询参数必须是 UTF-8 编码，且不得含有控制字符。",
        "Unreadable address. Path and query must be UTF-8 without control characters.",
    ),
    "body-not-utf-8": (
        "正文编码有误。JSON 必须是不带 BOM 的 UTF-8，第 {offset} 字节处不是。",
        "Body not in UTF-8. JSON must be UTF-8 without a byte order mark; byte {offset} is not.",
    ),
    "body-malformed": (
        "正文不是 JSON。第 {line} 行第 {column} 列无法解析。",
        "Body is not JSON. It cannot be read at line {line}, column {column}.",
    ),
    "body-too-deep": (
        "正文嵌套过深。最多 {limit} 层。",
        "Body nested too deep. At most {limit} levels are read.",
    ),
    "body-too-many-values": (
        "正文内容过多。一次请求最多 {limit} 个值，请分批提交。",
        "Too many values. One request may hold {limit}; send the rest in another one.",
    ),
    "body-duplicate-key": (
        "字段重复。同一对象中“{key}”出现了多次，无法判断以哪个为准。",
        "Key given twice. One object holds {key} more than once; only one of them can be meant.",
    ),
    "body-forbidden-character": (
        "含有不允许的字符。文字中不得有控制字符（{character}），制表符和换行符 \\n 除外。",
        "Forbidden character. Text may hold no control character ({character}) but tab and \\n.",
    ),
    "body-number-out-of-range": (
        "数字超出范围。整数最多 {digits} 位，小数必须有限，不接受 NaN 和 Infinity。",
        (
            "Number out of range. Integers have at most {digits} digits; NaN and Infinity are no "
            "numbers."
        ),
    ),
    "cursor-invalid": (
        "分页游标无效。游标只能用于产生它的同一查询，请从第一页重新开始。",
        (
            "Cursor of another query. A cursor only continues the query it came from; start again "
            "without one."
        ),
    ),
    "if-match-malformed": (
        '版本条件有误。If-Match 应为一个版本，例如 "v7"。',
        'Malformed If-Match. It must be one version, for example "v7".',
    ),
    "if-match-any": (
        "必须指明版本。If-Match: * 会覆盖他人未被看到的修改，请给出所依据的版本。",
        (
            "Version must be named. If-Match: * would overwrite changes you have not seen; "
            "give the version you looked at."
        ),
    ),
    "if-match-required": (
        "缺少版本条件。修改须带 If-Match 请求头，填写读取时得到的 ETag。",
        "If-Match required. Changing something needs the ETag under which it was read.",
    ),
    "idempotency-key-required": (
        "缺少幂等键。写入须带 Idempotency-Key 请求头，重试时沿用同一个键。",
        "Idempotency-Key required. Give every write a key of its own and repeat it when retrying.",
    ),
    "idempotency-key-malformed": (
        "幂等键有误。应为 {minimum} 至 {maximum} 个可见 ASCII 字符。",
        "Malformed Idempotency-Key. It must be {minimum} to {maximum} visible ASCII characters.",
    ),
    "unauthenticated": (
        "需要登录。请在 Authorization 请求头中提供有效的令牌。",
        "Authentication required. Send a valid token in the Authorization header.",
    ),
    "second-factor-required": (
        "需要验证码。此令牌的持有人已开启两步验证：请在页面上登录，并在个人设置中为程序发放令牌。",
        (
            "A code is required. The holder of this token has two-step sign-in: sign in on the "
            "pages, and give out a token for programs in the preferences."
        ),
    ),
    "forbidden": (
        "没有权限。当前角色或令牌不允许此操作，未保存任何内容。",
        "Not allowed. The role or the token does not permit this; nothing was stored.",
    ),
    "forged-request": (
        "请求来源不可信。此写入并非来自客志的页面，未保存任何内容。请重新打开页面后再试。",
        "Not from our pages. It came from elsewhere; nothing was stored. Open the page anew.",
    ),
    "not-found": (
        "未找到。该内容不存在，或不在可见范围内。",
        "Not found. There is no such thing, or it is not yours to see.",
    ),
    "method-not-allowed": (
        "方法不被允许。可用的方法见 Allow 响应头。",
        "Method not allowed. The Allow header names those that are.",
    ),
    "not-acceptable": (
        "无法提供所要求的格式。可提供 application/json。",
        "Not acceptable. What can be had is application/json.",
    ),
    "request-timeout": (
        "请求超时。请求未能及时到达，请重试。",
        "Request timed out. It did not arrive in time; try again.",
    ),
    "conflict": (
        "存在冲突。当前状态下无法执行该操作，未保存任何内容。",
        "Conflict. The present state does not allow this; nothing was stored.",
    ),
    "stale-version": (
        "版本已过时。读取之后已有人修改，请以 ETag 响应头中的版本重新查看后再试。",
        (
            "Stale version. Somebody changed it since you read it; look at the version in the ETag "
            "header and try again."
        ),
    ),
    "body-too-large": (
        "正文过大。最多 {limit} 字节，未保存任何内容。",
        "Body too large. At most {limit} bytes are read; nothing was stored.",
    ),
    "import-at-work": (
        "导入正在进行或已经结束。请等待其完成，或先取消；已结束的请重新上传。",
        "Import under way or over. Wait for it or cancel it; what is over is uploaded anew.",
    ),
    "import-not-ready": (
        "还不能导入。{problem}",
        "Not ready to be imported. {problem}",
    ),
    "too-many-uploads": (
        "待处理的导入过多。最多保留 {limit} 份，请先完成或取消其中一份。",
        "Too many imports waiting. At most {limit} are kept; finish or cancel one of them.",
    ),
    "address-too-long": (
        "地址过长。路径与查询参数合计最多 {limit} 字节。",
        "Address too long. Path and query may have {limit} bytes together.",
    ),
    "unsupported-media-type": (
        "内容类型不受支持。请以 {expected} 发送。",
        "Unsupported media type. Send {expected}.",
    ),
    "invalid": (
        "内容有误。请按所列各处修改，未保存任何内容。",
        "Invalid content. Mend what is listed; nothing was stored.",
    ),
    "too-many-codes": (
        "验证码尝试过多。请按 Retry-After 响应头等待后重试，未更改任何内容。",
        "Too many codes tried. Wait as the Retry-After header says; nothing was changed.",
    ),
    "too-many-requests": (
        "请求过于频繁。请按 Retry-After 响应头等待后重试。",
        "Too many requests. Wait as the Retry-After header says.",
    ),
    "headers-too-large": (
        "请求头过大。最多 {count} 个，合计 {limit} 字节。",
        "Headers too large. At most {count} of them with {limit} bytes together.",
    ),
    "internal-error": (
        "内部错误。请将 instance 中的请求编号告知管理员。",
        "Internal error. Tell your administrator the request id in instance.",
    ),
    "past-busy": (
        "正在推演或生成的历史过多。请按 Retry-After 稍后再试，未保存任何内容。",
        "Too much of the past is being worked out. Wait as Retry-After says and ask again.",
    ),
    "trial-failed": (
        "推演多次出错，未更改任何内容。原因请由系统维护人员查明。",
        "Trying it failed several times; nothing was changed. Whoever runs Kezhi finds out why.",
    ),
    "unavailable": (
        "暂时不可用。未能确认是否保存，请按 Retry-After 等待后以同一幂等键重试。",
        (
            "Unavailable for the moment. Whether it was stored is not known: "
            "wait as Retry-After says and repeat it with the same Idempotency-Key."
        ),
    ),
    "request-refused": (
        "请求被拒绝。服务器不接受该请求。",
        "Request refused. The server does not accept it.",
    ),
}

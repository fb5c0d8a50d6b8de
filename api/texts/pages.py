"""What the pages say: every text in Chinese and English; words for values stand in `words`.

A text for one thing only stands under its code with `-one`.
"""

from __future__ import annotations

from api.texts.page_audit import PAGE_AUDIT_TEXTS
from api.texts.page_care import PAGE_CARE_TEXTS
from api.texts.page_forms import PAGE_FORM_TEXTS
from api.texts.page_inbox import PAGE_INBOX_TEXTS
from api.texts.page_lists import PAGE_LIST_TEXTS
from api.texts.page_settings import PAGE_SETTINGS_TEXTS
from api.texts.page_transfer import PAGE_TRANSFER_TEXTS

PAGE_TEXTS: dict[str, tuple[str, str]] = {
    **PAGE_AUDIT_TEXTS,
    **PAGE_LIST_TEXTS,
    **PAGE_INBOX_TEXTS,
    **PAGE_FORM_TEXTS,
    **PAGE_CARE_TEXTS,
    **PAGE_SETTINGS_TEXTS,
    **PAGE_TRANSFER_TEXTS,
    # The frame
    "kezhi": ("客志", "Kezhi"),
    "skip": ("跳到正文", "Skip to content"),
    "navigation": ("主导航", "Main navigation"),
    "nav-today": ("今日", "Today"),
    "nav-roster": ("客户", "Customers"),
    "nav-pool": ("公海", "Pool"),
    "nav-complaints": ("投诉", "Complaints"),
    "nav-care": ("关怀", "Care"),
    "nav-settings": ("设置", "Settings"),
    "nav-workload": ("工作量", "Workload"),
    "go-today": ("t", "t"),
    "go-roster": ("m", "m"),
    "go-pool": ("p", "p"),
    "go-complaints": ("o", "o"),
    "go-care": ("r", "r"),
    "go-workload": ("w", "w"),
    "go-to": ("前往{page}", "Go to {page}"),
    "search": ("搜索", "Search"),
    "search-hint": ("姓名、公司、电话、拼音首字母…", "Name, company, phone, pinyin …"),
    "search-found": ("搜索结果", "Search results"),
    "found-none": ("没有找到符合的客户", "No customer matches"),
    "keys": ("快捷键", "Keyboard shortcuts"),
    "key-go": ("前往（再按页面的键）", "Go to (then the key of the page)"),
    "key-down": ("下一行", "Next row"),
    "key-up": ("上一行", "Previous row"),
    "key-move": ("上下移动", "Move down and up"),
    "key-open": ("打开", "Open"),
    "key-back": ("返回", "Back"),
    "close": ("关闭", "Close"),
    "cancel": ("取消", "Cancel"),
    "save": ("保存", "Save"),
    "show": ("显示", "Show"),
    "undo": ("撤销", "Undo"),
    "undone": ("已撤销，未保存任何内容", "Taken back; nothing was stored"),
    "next-page": ("下一页", "Next page"),
    "outbox-waiting": ("{n} 条待发送", "{n} waiting to be sent"),
    "outbox-offline": ("离线，{n} 条待发送", "Offline, {n} waiting to be sent"),
    "not-saved": ("未能保存", "Not saved"),
    "no-connection": (
        "连接中断。内容仍在此处，请稍后再试。",
        "No connection. What you typed is still here; try again in a moment.",
    ),
    "back-to-start": ("回到今日", "Back to today"),
    "request-number": ("请求编号", "Request"),
    # Days and times
    "never": ("从未", "never"),
    "today": ("今天", "today"),
    "yesterday": ("昨天", "yesterday"),
    "tomorrow": ("明天", "tomorrow"),
    "days-ago": ("{n} 天前", "{n} days ago"),
    "days-ahead": ("{n} 天后", "in {n} days"),
    "hours-minutes": ("{hours} 小时 {minutes} 分", "{hours} h {minutes} min"),
    "hours": ("{hours} 小时", "{hours} h"),
    "minutes": ("{minutes} 分钟", "{minutes} min"),
    "weekdays": ("一 二 三 四 五 六 日", "Mon Tue Wed Thu Fri Sat Sun"),
    # Signing in
    "sign-in": ("登录", "Sign in"),
    "sign-in-title": ("登录客志", "Sign in to Kezhi"),
    "sign-in-lead": (
        "每一位客户，都有下一次联系。",
        "Every customer has a next contact.",
    ),
    "sign-in-hint": ("没有令牌？请向管理员索取。", "No token? Ask your administrator for one."),
    "sign-in-refused": (
        "令牌无效、已过期或已撤销。请核对后重试。",
        "This token is not valid, has expired or was revoked. Check it and try again.",
    ),
    "token": ("访问令牌", "Access token"),
    "sign-in-code": ("输入验证码", "Your code"),
    "sign-in-code-lead": (
        "请输入手机验证器上的六位验证码；手机不在身边时，输入一个恢复码。",
        "Six digits from the app on your phone; without the phone, one of your recovery codes.",
    ),
    "code": ("验证码", "Code"),
    "code-refused": (
        "验证码不对，或已经用过。请用新的验证码重试。",
        "This code is wrong, or it was used before. Try the next one.",
    ),
    "too-many-codes": (
        "尝试次数过多。请在下一个整点后重试，或请管理员关闭两步验证。",
        "Too many tries. Try again after the full hour, or ask an administrator to switch it off.",
    ),
    "another-token": ("换一个令牌登录", "Sign in with another token"),
    "sign-out": ("退出登录", "Sign out"),
    # Preferences
    "preferences": ("个人设置", "Preferences"),
    "sees": ("可见范围：{scope}", "sees: {scope}"),
    "comma": ("、", ", "),
    "language": ("语言", "Language"),
    "as-browser": ("跟随浏览器", "As in the browser"),
    "theme": ("外观", "Appearance"),
    "theme-auto": ("跟随系统", "As in the system"),
    "theme-light": ("浅色", "Light"),
    "theme-dark": ("深色", "Dark"),
    "zone": ("显示时区", "Time zone of what is shown"),
    "zone-hint": (
        "“今天”始终按公司时区计算；留空则时间也按公司时区显示。",
        "“Today” is always the company's; left empty, times are shown in its zone as well.",
    ),
    "second-factor": ("两步验证", "Two-step sign-in"),
    "second-factor-lead": (
        "开启后，登录时除令牌外还需手机验证器上的验证码。",
        "With it, signing in asks for a code of the app on your phone as well as for the token.",
    ),
    "second-factor-is-on": ("已开启。", "It is on."),
    "recovery-codes-left": ("还剩 {n} 个恢复码。", "{n} recovery codes are left."),
    "recovery-codes-left-one": ("还剩 {n} 个恢复码。", "{n} recovery code is left."),
    "second-factor-of-him": (
        "已开启。手机遗失时可在此关闭，系统会通知他；他凭令牌登录后可重新开启。",
        "It is on. Switch it off if the phone is lost: he is told, and the token alone will do.",
    ),
    "second-factor-scan": (
        "用手机上的验证器应用扫描：",
        "Scan this with the authenticator app on your phone:",
    ),
    "second-factor-picture": (
        "二维码，内容与下面的密钥相同",
        "QR code that holds the same as the key below",
    ),
    "second-factor-type": ("或手动输入密钥：", "Or type the key:"),
    "switch-on": ("开启", "Switch on"),
    "switch-off": ("关闭", "Switch off"),
    "second-factor-now-on": (
        "两步验证已开启，下次登录起需要验证码。",
        "Two-step sign-in is on: the next sign-in asks for a code.",
    ),
    "recovery-codes": ("恢复码", "Recovery codes"),
    "recovery-codes-lead": (
        "手机不在时，每个恢复码可用一次。只显示这一次，请妥善保存。",
        "Each lets you in once without the phone. They are shown this once; keep them safe.",
    ),
    "codes-kept": ("已保存", "I have kept them"),
    "own-keys": ("自定义快捷键", "Your keys"),
    "own-keys-lead": (
        "在任何设备上生效。数字键由公司的快捷记录规定；Shift 加等级字母、Enter、Esc 与方向键不变。",
        "On every device. Digits are quick notes; Shift, Enter, Esc and the arrows stay.",
    ),
    "every-page": ("所有页面", "On every page"),
    "usually": ("默认 {key}", "usually {key}"),
    "usual-keys": ("恢复默认", "Back to the usual keys"),
    "has-keys": ("启用单键快捷键", "Single keys do something"),
}
"""Code to (Chinese, English)."""

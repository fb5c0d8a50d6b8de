"""What the page of the inbox says: one sentence for each kind of thing somebody is told."""

from __future__ import annotations

PAGE_INBOX_TEXTS: dict[str, tuple[str, str]] = {
    "inbox": ("消息", "Inbox"),
    "inbox-lead": (
        "系统告诉过您的事情，最新的在前。打开即为已读。",
        "What you were told, the newest first. Opening something marks it as read.",
    ),
    "inbox-all": ("全部", "All"),
    "inbox-new": ("未读", "Unread"),
    "inbox-read": ("已读", "Read"),
    "inbox-mark": ("标为已读", "Mark as read"),
    "inbox-mark-all": ("本页标为已读", "Mark this page as read"),
    "inbox-empty": ("没有消息", "Nothing here"),
    "inbox-empty-text": (
        "提醒、投诉升级和分配给您的事情会出现在这里。",
        "Reminders, escalations and what is assigned to you will be here.",
    ),
    "inbox-empty-unread": ("没有未读消息", "Nothing unread"),
    "inbox-empty-unread-text": ("您都看过了。", "You have seen everything."),
    "inbox-more": ("另有 {n} 位", "and {n} more"),
    "go-inbox": ("i", "i"),
    "told-digest": (
        "今日名单：到期 {due_count} 位，逾期 {overdue_count} 位，待办 {task_count} 项",
        "Today's list: {due_count} due, {overdue_count} overdue, {task_count} to do",
    ),
    "told-item": ("客户应于 {due_on} 联系", "To be contacted on {due_on}"),
    "told-warning": (
        "投诉{clock}时限已用 {percent}%，{due_at} 到时",
        "{percent} % of the time to {clock} a complaint is used; it ends {due_at}",
    ),
    "told-escalation": (
        "投诉升级（{level} 级）：{clock}时限已用 {percent}%，{due_at} 到时",
        "Complaint at rung {level}: {percent} % of the time to {clock} it is used, until {due_at}",
    ),
    "clock-in-told-acknowledge": ("受理", "acknowledge"),
    "clock-in-told-resolve": ("解决", "solve"),
    "told-assignment": ("一件投诉由您负责", "A complaint is yours to see to"),
    "told-complaint": ("您的客户来信投诉", "Your customer has written a complaint"),
    "told-follow_up": ("逾期过久，跟进已升级", "Overdue for so long that it went up the ladder"),
    "told-pool_warning": ("即将退回公海", "About to go back to the pool"),
    "told-pool_return": ("已退回公海", "Went back to the pool"),
    "told-pool_assignment": ("从公海分配给您", "Given to you from the pool"),
    "told-task": ("新的待办：{kind}，{due_on} 到期", "To be done: {kind}, due {due_on}"),
    "told-receivables": ("应收款 {count} 笔到期或逾期", "{count} payments due or overdue"),
    "told-receivables-one": ("应收款 1 笔到期或逾期", "A payment is due or overdue"),
    "told-intake": ("一位未知来信人留言", "Somebody we do not know has written"),
    "told-intake-complaint": ("一位未知来信人投诉", "Somebody we do not know complains"),
    "told-channel_disabled": (
        "已停用您的通知渠道：{channel}",
        "Your way of being told was given up: {channel}",
    ),
    "told-second_factor_off": (
        "{by}关闭了您的两步验证",
        "{by} has switched off your second factor",
    ),
}

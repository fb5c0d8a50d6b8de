"""What the domain refuses; the codes are those of `domain.errors`."""

from __future__ import annotations

DOMAIN_TEXTS: dict[str, tuple[str, str]] = {
    "refused": (
        "操作被拒绝。规则不允许该操作，未保存任何内容。",
        "Refused. The rules do not allow this; nothing was stored.",
    ),
    "busy": (
        "操作繁忙。许多人同时修改同一内容，未保存任何内容，请稍后重试。",
        "Busy. Too many changed the same thing at once; nothing was stored, try again.",
    ),
    "event-too-large": (
        "内容过长。一条记录最多 {limit} 字节，请缩短文字，未保存任何内容。",
        "Too much text. One record may have {limit} bytes; shorten it, nothing was stored.",
    ),
    "erased": (
        "该客户的个人信息已按要求删除。无法再对其进行任何操作，未保存任何内容。",
        "Erased. The person was forgotten, so nothing can be done about him; nothing was stored.",
    ),
    "key-missing": (
        "数据密钥缺失。该客户的个人信息无法解读，但并未被删除；请运维人员恢复密钥表。",
        "A data key is missing. Nobody erased it; have the key table restored from its backup.",
    ),
    "legal-hold": (
        "客户处于法律保全中，不得删除。请先解除保全，未保存任何内容。",
        "Under a legal hold. Lift it before the person is erased; nothing was stored.",
    ),
    "idempotency-key-reused": (
        "幂等键已被使用。该键已用于另一个不同的请求，请换一个新键。",
        "Idempotency-Key used before. It belongs to a different request; take a new one.",
    ),
    "duplicate-customer": (
        "客户已存在。已有客户使用相同的{field}（撞单），未保存任何内容。",
        "Customer exists already. Another customer has the same {field}; nothing was stored.",
    ),
    "login-taken": (
        "登录名已被使用。请换一个登录名。",
        "Login taken. Another representative has it; choose a different one.",
    ),
    "taken-from-pool": (
        "客户已不在公海。已有人抢先领取，未保存任何内容。",
        "Not in the pool any more. Somebody else was quicker; nothing was stored.",
    ),
    "moved-meanwhile": (
        "已改由他人负责。未保存任何内容。",
        "Somebody else looks after it by now; nothing was stored.",
    ),
    "cooling-down": (
        "冷却期未满。失去客户后 {days} 天内不能领取同一客户，{until} 起可以领取。",
        (
            "Cooling down. Whoever lost a customer may not claim him for {days} days, "
            "that is before {until}."
        ),
    ),
    "claim-limit": (
        "今日领取已达上限。每天最多领取 {limit} 位客户，请明天再来。",
        "Enough for today. At most {limit} customers are claimed in a day; come back tomorrow.",
    ),
    "held-limit": (
        "持有客户已达上限。您已有 {held} 位客户，达到 {limit} 位后不能再领取。",
        "Enough customers. You own {held}; whoever owns {limit} claims no more.",
    ),
    "nothing-changed": (
        "没有变化。内容与现有记录相同，无需保存。",
        "Nothing changed. All of this is on record already.",
    ),
    "reason-required": (
        "必须说明原因。请填写 {field}，未保存任何内容。",
        "Reason required. Give one in {field}; nothing was stored.",
    ),
    "deferral-needs-reason": (
        "推迟须说明原因。下次联系日期晚于该等级的跟踪周期，请填写 defer_reason。",
        (
            "Deferral needs a reason. The next date is later than the grade's cadence allows; "
            "say why in defer_reason."
        ),
    ),
    "past-date": (
        "日期已过。下次联系日期不能早于本次联系的日期。",
        "Date in the past. The next contact cannot be before the day of this one.",
    ),
    "future-date": (
        "日期未到。已发生的事情不能写在将来。",
        "Date in the future. What has happened cannot have happened on a day to come.",
    ),
    "unknown-quick-note": (
        "没有这个快捷键。请在快捷键信息列表中选择。",
        "Unknown quick note. Choose one of the list of quick notes.",
    ),
    "still-looks-after-customers": (
        "还有客户未交接。该业务员名下仍有客户或未结投诉，请先交接，未保存任何内容。",
        (
            "Customers not handed over. He still looks after customers or open complaints; hand "
            "them over first, nothing was stored."
        ),
    ),
    "wrong-stage": (
        "投诉不在此阶段。目前阶段为 {stage}，不能执行这一步，未保存任何内容。",
        (
            "Wrong stage. The complaint is {stage}, where this step makes no sense; nothing was "
            "stored."
        ),
    ),
    "already-decided": (
        "已有决定。这次问候已经发出、跳过或由他人接手，未保存任何内容。",
        (
            "Already decided. This greeting was sent, left out or taken over before; nothing was "
            "stored."
        ),
    ),
    "own-approval": (
        "不能审批自己的活动。营销活动须由作者以外的经理审批，未保存任何内容。",
        "Not by its author. A manager other than whoever wrote it approves a campaign.",
    ),
    "activity-full": (
        "名额已满。该活动共 {capacity} 个名额，可选择候补，未保存任何内容。",
        "No place left. All {capacity} are given away; the guest may wait for one.",
    ),
    "already-ended": (
        "消息已有结果。目前结果为 {end}，不能执行这一步，未保存任何内容。",
        "Already ended. The message is {end}, so this cannot be done; nothing was stored.",
    ),
    "duplicate-contract": (
        "合同编号重复。已有合同使用该编号，未保存任何内容。",
        "Contract exists already. Another one has this number; nothing was stored.",
    ),
    "already-over": (
        "已经结束。目前状态为 {state}，不能执行这一步，未保存任何内容。",
        "Over already. It is {state}, so this cannot be done; nothing was stored.",
    ),
    "representative-left": (
        "业务员已离职。不能再分配给该业务员，也不能由其操作。",
        "Representative has left. Nothing new can be given to or done by somebody who left.",
    ),
    "problem-required": ("此项必填。", "This is required."),
    "problem-unknown-field": ("没有这一项。", "There is no such field."),
    "problem-out-of-range": ("超出允许的范围。", "This is out of range."),
    "problem-not-a-phone-number": (
        "“{value}”不是电话号码。",
        "This is no phone number: {value}.",
    ),
    "problem-not-a-yearly-day": (
        "“{value}”不是每年的某一天，应如 1990-05-01、5月1日 或 农历八月十五。",
        "This is no day of a year such as 1990-05-01, 05-01 or lunar:08-15: {value}.",
    ),
    "problem-calendar-unclear": (
        "“{value}”是公历还是农历？请写成 农历八月十五 或 8月15日。",
        "Of which calendar is this? Write lunar:08-15 or 08-15: {value}.",
    ),
    "problem-no-such-day": ("没有“{value}”这一天。", "There is no such day: {value}."),
    "problem-not-a-currency": (
        "“{value}”不是货币代码，例如应为 CNY。",
        "This is no currency code such as CNY: {value}.",
    ),
    "problem-same-as-owner": (
        "跟单人2 不能与跟单人相同。",
        "The second owner cannot be the owner.",
    ),
    "problem-nobody-is-his-own-manager": (
        "不能将本人或其下属设为自己的经理。",
        "Nobody is his own manager, nor is anybody below him.",
    ),
    "problem-names-the-person": (
        "原因会一直保留，请勿写出本人的姓名、电话等。",
        "The reason stays readable; write it without his name, phone or the like.",
    ),
    "problem-too-long": ("最多 {limit} 个字符。", "At most {limit} characters."),
    "problem-too-many": ("最多 {limit} 个。", "At most {limit} of them."),
    "problem-not-an-address": (
        "这不是该渠道的地址（{channel}）。",
        "This is no address for the channel {channel}.",
    ),
    "problem-wrong-code": (
        "验证码不对，或已经用过。",
        "This code is wrong, or it was used before.",
    ),
    "problem-one-per-channel": ("每个渠道只能有一个地址。", "One address for each channel."),
    "problem-each-item-needs-a-webhook": (
        "逐个客户提醒需要网络回调地址。",
        "One call per customer needs the address of a webhook.",
    ),
    "problem-same-person": (
        "不能交给本人。",
        "This is the one who gives everything away.",
    ),
    "problem-unknown-representative": (
        "没有这位业务员。",
        "Nobody who works here has this id.",
    ),
    "problem-more-than-owed": (
        "超出未收金额 {limit}。",
        "This is more than the {limit} that is owed.",
    ),
    "problem-more-than-paid": (
        "超出已收金额 {limit}。",
        "This is more than the {limit} that came in.",
    ),
    "problem-sum-differs": (
        "各期金额之和应等于合同金额 {amount}。",
        "The instalments do not add up to the amount of {amount}.",
    ),
    "problem-due-before-signing": (
        "到期日不能早于签约日。",
        "An instalment cannot be due before the contract was signed.",
    ),
    "problem-not-a-manager": (
        "应为经理或管理员。",
        "This must be a manager or an administrator.",
    ),
    "problem-unknown-form": (
        "没有这个表单，或已停用。",
        "There is no such form, or not any more.",
    ),
    "problem-unknown-task": (
        "该客户没有这项任务。",
        "There is no such task for this customer.",
    ),
    "problem-both-languages": (
        "须同时有中文和英文内容，各一份。",
        "The words are needed once in Chinese and once in English.",
    ),
    "problem-nobody": (
        "没有符合条件的客户。",
        "No customer in your scope meets these criteria.",
    ),
    "problem-places-taken": (
        "已有更多客人接受邀请，名额不能少于已占用的数量。",
        "More guests than that have a place already.",
    ),
    "problem-in-the-past": ("该时刻已过。", "This lies in the past."),
    "problem-not-a-time": (
        "“{value}”不是时刻，例如应为 09:00。",
        "This is no time of day such as 09:00: {value}.",
    ),
    "problem-unknown-zone": ("没有“{value}”这个时区。", "There is no such time zone: {value}."),
    "problem-twice": ("同一项出现两次。", "There are two of the same."),
    "problem-unknown-occasion": ("没有“{value}”这种由头。", "There is no such occasion: {value}."),
    "problem-unknown-variable": (
        "模板中不能使用“{value}”。",
        "A template cannot name this: {value}.",
    ),
    "problem-stray-brace": (
        "“{value}”不是变量，客户会原样看到；变量应写成 {{{{name}}}} 这样。",
        "Customers would read this as it is: {value}. Variables are written like {{{{name}}}}.",
    ),
    "problem-unknown-festival": (
        "没有“{value}”这个节日，或不宜问候。",
        "No festival to greet on: {value}.",
    ),
    "problem-no-words-for": (
        "缺少“{value}”的中文或英文模板。",
        "The words for this occasion are missing in Chinese or English: {value}.",
    ),
    "problem-not-for-customers": (
        "只能通过邮件或短信联系客户本人。",
        "Messages go to customers themselves by mail or short message only.",
    ),
    "problem-not-1-to-7": ("星期应为 1 到 7。", "Weekdays are 1 to 7."),
    "problem-not-ascending": (
        "时段应按先后排列且互不重叠。",
        "The hours must ascend and may not overlap.",
    ),
    "problem-named-twice": ("{value} 出现了两次。", "This day is named twice: {value}."),
    "problem-nothing-to-recompute": (
        "没有时限按此制度计算，不能重新计算。",
        "No deadline is reckoned by this policy, so none can be reckoned anew.",
    ),
    "problem-not-replayed": (
        "只能试算定级、周期、投诉时限和公海制度。",
        "Only the grading, cadence, SLA and pool policies can be tried.",
    ),
    "problem-not-in-the-log": (
        "日志还没有这么长。",
        "The log does not go so far.",
    ),
    "problem-also-closed": (
        "{value} 同时被列为休息日。",
        "This day is listed as closed too: {value}.",
    ),
    "not-signed-yet": (
        "尚未签署。还没有包含该内容的检查点；签署者每分钟签署一次，请稍后再试。",
        (
            "Not signed yet. No checkpoint goes so far; the signer signs once a minute, ask again"
            " then."
        ),
    ),
    "log-damaged": (
        "日志已损坏。缺少叶子，无法给出证明：日志被改动过。请导出日志并用 kezhi-audit 检查。",
        (
            "Log damaged. A leaf is gone, so there is no proof: somebody changed the log. Export"
            " it and check it with kezhi-audit."
        ),
    ),
}

"""The history of a customer in sentences, one per topic, in Chinese and English.

A sentence is made of pieces between `|`; a piece that names a fact which is missing or empty is
left out. Facts are the fields of the event, ids given as names, a `due` as `due_on`, and some that
are made from others: `regraded` (from which grade to which), `due_before` and `recipients`.
"""

from __future__ import annotations

HISTORY_TEXTS: dict[str, tuple[str, str]] = {
    "customer.created": (
        (
            "建档：{title}|，等级 {grade}|，跟单人 {owner_id}|，跟单人2 {second_owner_id}"
            "|，来源 {source}|，下次联系 {due_on}"
        ),
        (
            "File opened for {title}|, grade {grade}|, owner {owner_id}"
            "|, second owner {second_owner_id}|, source {source}|, next contact {due_on}"
        ),
    ),
    "customer.card_corrected": ("更正档案：{changed}", "Card corrected: {changed}"),
    "customer.reclassified": ("调整分类：{after}", "Classified anew: {after}"),
    "customer.held": ("设置法律保全，不得删除", "Legal hold set: not to be erased"),
    "customer.hold_lifted": ("解除法律保全", "Legal hold lifted"),
    "customer.erased": ("个人信息已删除|，依据 {ground}", "Person erased|, on the ground {ground}"),
    "customer.erasure_completed": (
        "删除完成：已清除全部副本并核查",
        "Erasure completed: every copy was purged and looked for",
    ),
    "customer.card_verified": (
        "资料核实：{from_verification} → {to_verification}",
        "Data checked: {from_verification} → {to_verification}",
    ),
    "customer.contacted": (
        (
            "{method}联系|（快捷键 {quick_note}）|：{text}|；客户反馈：{feedback}"
            "|；建议：{suggestions}|，满意度 {satisfaction}|，等级 {regraded}"
            "|，下次联系 {due_on}|（推迟：{defer_reason}）"
        ),
        (
            "Contact by {method}| (quick note {quick_note})|: {text}|; the customer: {feedback}"
            "|; suggestions: {suggestions}|; satisfaction {satisfaction}|; grade {regraded}"
            "|; next contact {due_on}| (deferred: {defer_reason})"
        ),
    ),
    "customer.regraded": (
        "重新定级|，等级 {regraded}|，下次联系 {due_on}",
        "Graded anew|, grade {regraded}|, next contact {due_on}",
    ),
    "customer.due_moved": (
        "{policy}有变，下次联系由 {due_before} 改为 {due_on}",
        "The {policy} was changed; next contact on {due_on}, not on {due_before}",
    ),
    "customer.follow_up_escalated": (
        (
            "跟进逾期 {days} 天升级到第 {level} 级（应于 {due_on} 联系）|，{flagged}"
            "|，通知 {recipients}"
        ),
        (
            "Follow-up {days} days overdue escalated to level {level} (due on {due_on})|, {flagged}"
            "|, told {recipients}"
        ),
    ),
    "customer.pool_warned": (
        (
            "公海预警：自 {since} 起满 {term_days} 天{clock}，如无动作将于 {returns_on} 退回公海"
            "|，通知 {recipients}"
        ),
        (
            "Pool warning: {term_days} days {clock} from {since} are nearly over; "
            "goes back on {returns_on}|, told {recipients}"
        ),
    ),
    "customer.returned_to_pool": (
        "退回公海|：自 {since} 起满 {term_days} 天{clock}|，原跟单人 {from_owner_id}",
        (
            "Went back to the pool|: {term_days} days {clock} from {since} are over"
            "|, owner before {from_owner_id}"
        ),
    ),
    "customer.claimed": (
        "从公海领取|，跟单人 {to_owner_id}|，下次联系 {due_on}",
        "Taken from the pool|, owner {to_owner_id}|, next contact {due_on}",
    ),
    "customer.owner_changed": (
        "更换跟单人|：{from_owner_id}| → {to_owner_id}",
        "Owner changed|: {from_owner_id}| → {to_owner_id}",
    ),
    "customer.second_owner_changed": (
        "更换跟单人2|：{from_owner_id}| → {to_owner_id}",
        "Second owner changed|: {from_owner_id}| → {to_owner_id}",
    ),
    "customer.partner_linked": (
        "转为往来单位|，编号 {reference}",
        "Became a business partner|, reference {reference}",
    ),
    "customer.purchase_recorded": (
        "购买 {product} × {quantity}，金额 {currency} {amount}，{purchased_on}|，单号 {order_no}",
        (
            "Bought {product} × {quantity} for {currency} {amount} on {purchased_on}"
            "|, order {order_no}"
        ),
    ),
    "complaint.filed": (
        "投诉受理（{channel}，{priority}）：{summary}|。{details}",
        "Complaint filed ({channel}, {priority}): {summary}|. {details}",
    ),
    "complaint.triaged": (
        "投诉定级：严重程度{severity}，紧急程度{pressure}，优先级 {priority}",
        "Complaint triaged: {severity} × {pressure}, priority {priority}",
    ),
    "complaint.assigned": (
        "投诉指派给 {to_handler_id}|（原处理人 {from_handler_id}）",
        "Complaint assigned to {to_handler_id}| (before: {from_handler_id})",
    ),
    "complaint.acknowledged": (
        "已告知客户投诉正在处理",
        "The customer knows that somebody is on it",
    ),
    "complaint.investigated": ("投诉原因：{cause}", "Cause of the complaint: {cause}"),
    "complaint.resolved": ("投诉解决方案：{solution}", "Solution of the complaint: {solution}"),
    "complaint.outcome_reported": (
        "处理结果已反馈客户（{channel}）|：{answer}",
        "Outcome told to the customer ({channel})|: {answer}",
    ),
    "complaint.closed": (
        "投诉结案|，满意度 {satisfaction}|，{comment}",
        "Complaint closed|, satisfaction {satisfaction}|, {comment}",
    ),
    "complaint.reopened": ("投诉重新打开，第 {round} 轮", "Complaint reopened, round {round}"),
    "complaint.paused": ("等待客户，解决时限暂停", "Waiting for the customer, the clock stands"),
    "complaint.resumed": ("解决时限继续计时", "The clock runs on"),
    "complaint.deadlines_recomputed": (
        "{policy}有变，时限重新计算",
        "The {policy} was changed; the deadlines were reckoned anew",
    ),
    "complaint.escalated": (
        "投诉升级到第 {level} 级（{clock} {percent}%）|，通知 {recipients}",
        "Complaint escalated to level {level} ({clock} {percent}%)|, told {recipients}",
    ),
    "complaint.escalation_stranded": (
        "投诉应升级到第 {level} 级（{clock} {percent}%），但没有可通知的人",
        "Complaint due for level {level} ({clock} {percent}%), but there is nobody to tell",
    ),
    "task.opened": (
        "待办任务（{kind}）|：{summary}|：{courtesy}|，跟单人 {owner_id}|，{due_on} 前完成",
        "Task ({kind})|: {summary}|: {courtesy}|, owner {owner_id}|, to be done by {due_on}",
    ),
    "task.skipped": (
        "未安排待办任务（{kind}）|，{courtesy}|：{reason}",
        "No task ({kind})|, {courtesy}|: {reason}",
    ),
    "task.done": ("待办任务已完成|：{outcome}", "Task done|: {outcome}"),
    "task.dropped": ("待办任务已取消", "Task dropped"),
    "contract.signed": (
        (
            "签订合同 {number}|（{title}）|，金额 {currency} {amount}，{signed_on}"
            "|，责任人 {responsible_id}"
        ),
        (
            "Contract {number} signed|: {title}|, {currency} {amount}, {signed_on}"
            "|, seen to by {responsible_id}"
        ),
    ),
    "contract.payment_received": (
        "收款 {amount}，{received_on}|，{note}",
        "Payment of {amount} received on {received_on}|, {note}",
    ),
    "contract.responsible_changed": (
        "更换催款责任人|：{from_responsible_id}| → {to_responsible_id}",
        "Somebody else sees to the payments|: {from_responsible_id}| → {to_responsible_id}",
    ),
    "contract.closed": (
        "合同结清，核销 {written_off}",
        "Contract fulfilled, {written_off} written off",
    ),
    "contract.cancelled": ("合同作废", "Contract cancelled"),
    "intake_item.assigned": (
        "来信归到该客户名下",
        "A message that had come in was said to be his",
    ),
    "identity.claimed": ("登记唯一标识：{kind}", "Identity claimed: {kind}"),
    "identity.shared": ("与另一客户共用标识", "Identity shared with another customer"),
    "identity.reclaimed": ("重新登记唯一标识", "Identity claimed again"),
    "identity.released": ("释放唯一标识", "Identity released"),
    "reminder.item_issued": (
        "提醒 {rep_id} 联系客户，到期日 {due_on}",
        "Reminder to {rep_id}, due on {due_on}",
    ),
    "customer.care_chosen": (
        "关怀偏好变更：{after}",
        "Choices about care changed: {after}",
    ),
    "greeting.issued": (
        "{on} {occasion}问候，通过{channel}发送",
        "Greeting for {occasion} on {on}, by {channel}",
    ),
    "greeting.skipped": (
        "{on} {occasion}不发问候：{reason}",
        "No greeting for {occasion} on {on}: {reason}",
    ),
    "greeting.reserved": (
        "{on} {occasion}由 {rep_id} 亲自问候",
        "{rep_id} greets in person for {occasion} on {on}",
    ),
    "campaign_message.issued": (
        "营销活动“{title}”，通过{channel}发送",
        "Campaign {title}, by {channel}",
    ),
    "campaign_message.skipped": (
        "营销活动“{title}”不发送：{reason}",
        "Not told of campaign {title}: {reason}",
    ),
    "campaign_message.answered": (
        "回应营销活动“{title}”：{answer}|，{note}",
        "Answered campaign {title}: {answer}|, {note}",
    ),
    "activity.guest_invited": ("邀请参加“{title}”", "Invited to {title}"),
    "activity.guest_accepted": (
        "接受“{title}”的邀请，有名额",
        "Comes to {title} and has a place",
    ),
    "activity.guest_waitlisted": (
        "愿意参加“{title}”，候补",
        "Would come to {title} and waits for a place",
    ),
    "activity.guest_declined": ("不参加“{title}”", "Does not come to {title}"),
    "activity.guest_attended": ("参加了“{title}”", "Was at {title}"),
    "activity.guest_missed": ("未到场“{title}”", "Was not at {title}"),
    "access.recorded": (
        "查阅：{access}",
        "Looked at: {access}",
    ),
    "delivery.sent": (
        "已通过{channel}发送给 {recipient_id}",
        "Sent to {recipient_id} by {channel}",
    ),
    "delivery.failed": (
        "通过{channel}发送给 {recipient_id} 失败|：{reason}",
        "Sending to {recipient_id} by {channel} failed|: {reason}",
    ),
    "delivery.unknown": (
        "通过{channel}发送给 {recipient_id}，结果不明|：{reason}",
        "Sent to {recipient_id} by {channel}, outcome unknown|: {reason}",
    ),
    "delivery.settled": (
        "查明发给 {recipient_id} 的消息结果：{end}",
        "Found out how the message to {recipient_id} ended: {end}",
    ),
    "delivery.resent": (
        "重新发送给 {recipient_id}",
        "Sent to {recipient_id} again",
    ),
    "delivery.skipped": (
        "未通过{channel}发送给 {recipient_id}|：{reason}",
        "Not sent to {recipient_id} by {channel}|: {reason}",
    ),
}

COURTESY = ("{occasion}（{on}），等级 {grade}", "{occasion} on {on}, grade {grade}")
"""Why a gift or a visit is due."""
DAMAGED = ("记录已损坏，无法读取", "This record is damaged and cannot be read")
ERASED = ("（个人信息已删除）", " (personal data erased)")
UNTOLD = ("{topic}", "{topic}")
WHY = ("（原因：{why}）", " (reason: {why})")
"""What follows a sentence whose event was given a reason."""

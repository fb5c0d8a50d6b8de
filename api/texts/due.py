"""Why a customer is due on a day; the codes are `due-` and the rules of `domain.journal`."""

from __future__ import annotations

DUE_TEXTS: dict[str, tuple[str, str]] = {
    "due-cadence": (
        "按等级周期。等级 {grade} 每 {interval_days} 天联系一次，自 {counted_from} 起算。",
        "By cadence. Grade {grade} is contacted every {interval_days} days, from {counted_from}.",
    ),
    "due-quick_note": (
        "按快捷键。上次记录所用的快捷键规定 {interval_days} 天后再联系，自 {counted_from} 起算。",
        (
            "By quick note. The key that recorded the contact of {counted_from} asks for another "
            "{interval_days} days later."
        ),
    ),
    "due-promise": (
        "按约定。{counted_from} 与客户约定在这一天联系，早于等级周期。",
        "By promise. On {counted_from} the customer was promised this day.",
    ),
    "due-deferral": (
        "按说明推迟。{counted_from} 约定的日期晚于等级周期，已写明原因。",
        "By deferral. On {counted_from} a day later than the cadence was agreed, with a reason.",
    ),
    "due-needed_by": (
        "按客户需求日。客户在这一天之前需要我们，早于等级周期。",
        "By need. The customer needs us by this day, which is earlier than the cadence.",
    ),
    "due-expected_deal": (
        "按预计成交日。预计在这一天成交，届时须重新评定等级。",
        "By expected deal. A deal is expected by this day; the grade has to be looked at again.",
    ),
    "due-moved": (
        "日期已调整。{moved_from} 不是工作日或已过，因此移到 {on}。",
        "Moved. {moved_from} is no working day, or has gone by, so it moved to {on}.",
    ),
    "due-provisional": (
        "日期未定。{year} 年的放假安排尚未公布，这一天可能还会调整。",
        "Not final. The holidays of {year} are not announced yet, so this day may still move.",
    ),
}

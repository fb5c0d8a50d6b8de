"""How a customer stands to the public pool: what runs, what keeps him, why he went back."""

from __future__ import annotations

POOL_TEXTS: dict[str, tuple[str, str]] = {
    "pool-runs": (
        "计时中。自 {since} 起满 {term_days} 天{clock}即退回公海，{warns_on} 预警。",
        (
            "Running. Goes back to the pool after {term_days} days {clock} from {since}, "
            "with a warning on {warns_on}."
        ),
    ),
    "pool-never": (
        "不计时。等级 {grade} 的客户不会退回公海。",
        "No clock. Customers of grade {grade} never go back to the pool.",
    ),
    "pool-warned": (
        "已预警。{warned_on} 已预警（{clock}），如无动作将于 {returns_on} 退回公海。",
        (
            "Warned. His owner was warned on {warned_on} ({clock}); if nothing happens he goes "
            "back on {returns_on}."
        ),
    ),
    "pool-exempt": (
        "豁免。有未结投诉或有效合同，因此不会退回公海。",
        "Exempt. An open complaint or a contract in force keeps him out of the pool.",
    ),
    "pool-returned": (
        "已退回。{returned_on} 退回公海：自 {since} 起满 {term_days} 天{clock}，已提前预警。",
        (
            "Returned. He went back on {returned_on}: {term_days} days {clock} from {since} were "
            "over, and his owner had been warned."
        ),
    ),
    "pool-grace": (
        "宽限。系统中断后的宽限期至 {grace_until}，此前不退回客户。",
        "Grace. After an outage nobody went back before {grace_until}.",
    ),
    "pool-put-in": (
        "由经理退回。{returned_on} 由经理退回公海，原因见历史。",
        "By a manager. On {returned_on} a manager put him into the pool, for a reason on record.",
    ),
    "pool-new": (
        "尚无跟单人。建档时没有跟单人，可以从公海领取。",
        "No owner yet. He was registered without one and may be claimed from the pool.",
    ),
}

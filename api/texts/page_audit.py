"""What the pages for auditors say."""

from __future__ import annotations

PAGE_AUDIT_TEXTS: dict[str, tuple[str, str]] = {
    "nav-audit": ("审计", "Audit"),
    "go-audit": ("a", "a"),
    "find-customer": ("查找客户", "Find a customer"),
    "found-none-text": (
        "已删除的客户只能从下方的删除记录进入。",
        "Somebody who was erased is found among the erasures only.",
    ),
    "verifier": ("下载校验程序", "Download the verifier"),
    "checkpoints": ("检查点", "Checkpoints"),
    "checkpoints-text": (
        "签名者对整个日志的签名。请与您另行保存的检查点核对。",
        "What the signer has signed of the whole log. Compare with those that you keep elsewhere.",
    ),
    "not-signed-yet": ("尚未签名，请稍后再试。", "Nothing is signed yet; try again soon."),
    "events": ("事件数", "Events"),
    "signed-at": ("签名时间", "Signed at"),
    "root": ("根哈希", "Root"),
    "key-since": (
        "自 {at} 起的公钥（请从他人处取得并核对）：",
        "Key since {at}; get it from somebody else and compare:",
    ),
    "holds": ("法律保全", "Legal holds"),
    "holds-none": ("没有客户处于法律保全。", "Nobody is under a legal hold."),
    "held-since": ("保全自", "Held since"),
    "erasures": ("删除记录", "Erasures"),
    "erasures-none": ("没有客户被删除。", "Nobody was erased."),
    "erased-at": ("删除时间", "Erased at"),
    "erased-by": ("执行人", "By"),
    "ground": ("依据", "Ground"),
    "purged-at": ("清除完成", "Purged at"),
    "being-purged": ("正在清除", "being purged"),
    "purging-waits": (
        "密钥已销毁。以下各项仍能看到删除之前的数据，其结束后继续清除：",
        "The key is destroyed. These still see what was before; purging goes on when they end:",
    ),
    "onlooking-since": ("自 {at}", "since {at}"),
    "is-erased": ("已删除的客户", "An erased customer"),
    "verify-title": ("完整性", "Integrity"),
    "verify-text": (
        "在此浏览器中重算该客户的哈希链，直到已签名的根。独立核查请用校验程序。",
        "Recomputes the hash chain here, up to the signed root. To trust nobody, use the verifier.",
    ),
    "verify": ("校验", "Verify"),
    "proved": (
        "未发现篡改：{streams} 个流中的 {events} 个事件都在已签名的 {size} 个事件之中。",
        "No tampering found: {events} events of {streams} streams are among the {size} signed.",
    ),
    "not-proved": (
        "校验不通过：哈希链或证明与已签名的根不符。请保存现状并用校验程序核查。",
        "Not proved: the chain does not lead to the signed root. Touch nothing; use the verifier.",
    ),
    "bundle": ("证据包", "Evidence bundle"),
    "bundle-text": (
        "谁在何时为何取走，会先记入该客户的历史。",
        "Who takes it, when and why is first recorded in the history of the customer.",
    ),
    "bundle-why": ("原因", "Why"),
    "bundle-kind": ("内容", "What it holds"),
    "bundle-sealed": ("密封：只有证明，没有可读内容", "Sealed: proofs, nothing readable"),
    "bundle-open": (
        "含密钥：可读全部内容，须妥善保管",
        "With the key: all is readable, keep it safe",
    ),
    "bundle-since": (
        "已持有的检查点（事件数，可空）",
        "Checkpoint that you hold (events, optional)",
    ),
    "bundle-take": ("下载证据包", "Download the bundle"),
    "looks": ("查阅记录", "Who looked"),
    "looks-text": (
        "谁查阅或取走了谁的资料。负责客户的人日常查看，不作记录。",
        "Who read a history or took something away. Those who look after customers read all day.",
    ),
    "looks-all": ("全部查阅记录", "All that is recorded"),
    "looked-at": ("时间", "When"),
    "looked-what": ("内容", "What"),
    "reader": ("查阅人", "Who"),
    "looks-none": ("没有查阅记录。", "No look is recorded."),
}
"""Code to (Chinese, English)."""

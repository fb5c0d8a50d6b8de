"""The words of the page in an evidence bundle."""

from __future__ import annotations

EVIDENCE_TEXTS: dict[str, tuple[str, str]] = {
    "heading": ("客户历史（证据）", "History of a customer (evidence)"),
    "customer": ("客户编号", "Customer"),
    "made": ("制作", "Made"),
    "made_for": ("事由", "Reason"),
    "signed": ("检查点", "Checkpoint"),
    "signed_as": ("条记录，签署于", "events, signed at"),
    "zone": ("时区", "Zone"),
    "position": ("条号", "No."),
    "at": ("时间", "Time"),
    "actor": ("操作人", "Who"),
    "said": ("内容", "What"),
    "how": ("如何核对", "How to check this"),
    "how_text": (
        (
            "此页供阅读。证明在同一证据包的其他文件中：用 kezhi-audit verify 检查整个证据包，"
            "用 kezhi-audit show 列出被证明的内容，再与此页对照。检查不需要客志，也不需要网络。"
        ),
        (
            "This page is for reading. The proof is in the other files of the bundle: check the"
            " whole of it with kezhi-audit verify, print what is proved with kezhi-audit show, and"
            " compare. That needs neither Kezhi nor a network."
        ),
    ),
    "activities": (
        "不含客户受邀参加的活动（{n} 场），因为其中也有其他客户的记录；请在客户历史中查看。",
        (
            "Activities to which the customer was invited ({n}) are not in it, since they are about"
            " other customers too: his history tells of them."
        ),
    ),
    "personal": (
        "此证据包含有个人信息及其密钥，请妥善保管，用毕销毁。",
        "This bundle holds personal data and the key to it. Keep it safe, destroy it after use.",
    ),
}

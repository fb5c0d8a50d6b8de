"""What the verifier says, in Chinese and English."""

from __future__ import annotations

_EVENT = (
    "第 {position} 条：{stream} 的第 {version} 个事件（{topic}）",
    "Position {position}, event {version} of {stream} ({topic})",
)

_TAMPERED: dict[str, tuple[str, str]] = {
    "event-changed": (
        f"{_EVENT[0]}：存储的内容已被改动，与写入时留下的叶子不符。",
        (
            f"{_EVENT[1]}: what is stored was changed; it does not fit the leaf made when it was"
            " written."
        ),
    ),
    "event-moved": (
        (
            "第 {position} 条：事件行写的是 {stream} 第 {version} 个事件（{topic}），"
            "叶子写的是 {leaf_stream} 第 {leaf_version} 个事件（{leaf_topic}）：其中之一已被改动。"
        ),
        (
            "Position {position}: the event row says event {version} of {stream} ({topic}), its"
            " leaf says event {leaf_version} of {leaf_stream} ({leaf_topic}): one of the two was"
            " changed."
        ),
    ),
    "event-missing": (
        f"{_EVENT[0]}：事件行已被删除，叶子还在。",
        f"{_EVENT[1]}: the event row was deleted, its leaf is still there.",
    ),
    "leaf-missing": (
        f"{_EVENT[0]}：事件没有叶子，是绕过客志写入的，或叶子已被删除。",
        f"{_EVENT[1]}: the event has no leaf; it was written past Kezhi, or its leaf was deleted.",
    ),
    "gap": (
        "第 {first} 至 {last} 条：事件与叶子都已被删除。",
        "Positions {first} to {last}: events and leaves were deleted.",
    ),
    "leaf-changed": (
        f"{_EVENT[0]}：叶子与其自身内容或与同一流的前一片叶子不符：本事件或前一事件已被改动。",
        (
            f"{_EVENT[1]}: the leaf does not fit its own fields and the leaf before it in the"
            " stream: this event or the one before it was changed."
        ),
    ),
    "chain-broken": (
        (
            "第 {position} 条：{stream} 的第 {version} 个事件（{topic}）之前应是第 {wanted} 个，"
            "但其前是第 {found} 个：有事件缺失或次序被改。"
        ),
        (
            "Position {position}: event {version} of {stream} ({topic}) follows event {found}"
            " instead of {wanted}: an event is missing or the order was changed."
        ),
    ),
    "order-broken": (
        "第 {position} 条出现在第 {after} 条之后：次序被改。",
        "Position {position} comes after position {after}: the order was changed.",
    ),
    "root-differs": (
        (
            "签署于 {signed_at}、长度为 {size} 的检查点与日志不符："
            "前 {size} 条中有内容在签署后被改动、增删或调换次序。"
        ),
        (
            "The log does not fit the checkpoint of {size} events signed at {signed_at}: among the"
            " first {size} something was changed, added, removed or reordered after it was signed."
        ),
    ),
    "truncated": (
        "日志被截断：签署于 {signed_at} 的检查点有 {size} 条，现在只有 {found} 条。",
        (
            "The log was cut off: the checkpoint signed at {signed_at} has {size} events, now there"
            " are {found}."
        ),
    ),
    "fork": (
        (
            "有两个长度同为 {size} 的检查点，内容却不同，且都由日志的密钥签署："
            "日志被分叉，不同的人看到不同的历史。请保存这两份文件，它们就是证据。"
        ),
        (
            "There are two different checkpoints of {size} events, both signed by the log's key:"
            " the log was forked, and different people were shown different histories. Keep both"
            " files: they are the proof."
        ),
    ),
    "inconsistent": (
        "长度为 {old} 与 {new} 的两个检查点互相矛盾：后者不是前者的延续，历史被改写。",
        (
            "The checkpoints of {old} and {new} events contradict each other: the later log does"
            " not begin with the earlier one; history was rewritten."
        ),
    ),
    "forged-note": (
        "检查点上的签名与其文字不符：检查点被改动或伪造。",
        "The signature on a checkpoint does not fit its text: it was changed or forged.",
    ),
    "backdated": (
        (
            f"{_EVENT[0]}：自称记录于 {{recorded_at}}，但签署于 {{signed_at}} 的检查点中还没有它："
            "时间被倒填。"
        ),
        (
            f"{_EVENT[1]}: it says it was recorded at {{recorded_at}}, but the checkpoint signed at"
            " {signed_at} did not have it yet: it was backdated."
        ),
    ),
    "postdated": (
        f"{_EVENT[0]}：自称记录于 {{recorded_at}}，但签署于 {{signed_at}} 的检查点中已有它。",
        (
            f"{_EVENT[1]}: it says it was recorded at {{recorded_at}}, but the checkpoint signed at"
            " {signed_at} had it already."
        ),
    ),
    "not-included": (
        f"{_EVENT[0]}：证明不成立，长度为 {{size}} 的检查点中没有这片叶子。",
        (
            f"{_EVENT[1]}: its proof does not hold, the checkpoint of {{size}} events does not"
            " contain this leaf."
        ),
    ),
    "key-swapped": (
        f"{_EVENT[0]}：密文不能用所附密钥打开，密钥或密文已被调换。",
        f"{_EVENT[1]}: the enclosed key does not open it: key or ciphertext was swapped.",
    ),
    "file-changed": (
        "证据包中的文件 {name} 在制作之后被改动。",
        "The file {name} of the bundle was changed after the bundle was made.",
    ),
}

_UNTOLD: dict[str, tuple[str, str]] = {
    "unreadable": (
        "无法判断：{name} 不是客志导出的文件，或已损坏（{problem}）。",
        "Cannot tell: {name} is no file that Kezhi exported, or it is damaged ({problem}).",
    ),
    "unknown-key": (
        "无法判断：检查点不是由您信任的密钥签署的。请核对 --key 所给的公钥。",
        "Cannot tell: a checkpoint is not signed by a key you trust. Check the one given by --key.",
    ),
    "no-note": (
        "无法判断：{name} 中没有可用的检查点（{problem}）。",
        "Cannot tell: {name} holds no checkpoint that can be used ({problem}).",
    ),
    "no-checkpoint": (
        "无法判断：没有任何已签署的检查点可供比较。",
        "Cannot tell: there is no signed checkpoint to compare with.",
    ),
    "no-consistency": (
        (
            "无法判断：您持有 {old} 条的检查点，这里没有从它到 {new} 条的检查点的一致性证明。"
            "请重新取证据包，并写明您持有的检查点：--since {old}（网页上为“已持有的检查点”）；"
            "或索取 GET /api/v1/audit/proofs/consistency?from={old}&to={new}，以 --proof 提供。"
        ),
        (
            "Cannot tell: you hold a checkpoint of {old} events, and there is no proof here that"
            " leads from it to this one of {new}. Take the bundle again and say what you hold:"
            " --since {old}, on the page: Checkpoint that you hold. Or ask for GET"
            " /api/v1/audit/proofs/consistency?from={old}&to={new} and give it by --proof."
        ),
    ),
    "older-than-held": (
        "无法判断：此文件止于 {new} 条，而您已持有 {old} 条的检查点。请索取更新的文件。",
        (
            "Cannot tell: this file ends at {new} events and you hold a checkpoint of {old}"
            " already. Ask for a newer one."
        ),
    ),
    "no-leaf": (
        f"{_EVENT[0]}：证据包中没有它的叶子，无法证明。",
        f"{_EVENT[1]}: the bundle has no leaf of it, so nothing is proved.",
    ),
    "withheld": (
        f"{_EVENT[0]}：叶子在证据包中，事件本身却不在：内容被隐瞒。",
        f"{_EVENT[1]}: the bundle has its leaf but not the event itself: it is withheld.",
    ),
    "no-proof": (
        "无法判断：证据包中没有 {stream} 的证明。",
        "Cannot tell: the bundle has no proof for {stream}.",
    ),
}

_REMARKS: dict[str, tuple[str, str]] = {
    "left-out": (
        (
            "不含 {count} 场活动：其中也有其他客户的记录。与该客户有关的条号：{positions}；"
            "可逐条索取证明。"
        ),
        (
            "{count} activities are not in it, for they are about others too. At these positions"
            " they are about the customer: {positions}; each can be proved by itself."
        ),
    ),
    "checked-log": (
        "日志 {origin}：检查了 {events} 个事件，{checkpoints} 个检查点。",
        "Log {origin}: {events} events and {checkpoints} checkpoints were checked.",
    ),
    "checked-bundle": (
        "日志 {origin}，客户 {customer}：检查了 {streams} 个流的 {events} 个事件。",
        "Log {origin}, customer {customer}: {events} events of {streams} streams were checked.",
    ),
    "newest": (
        "最新的检查点：{size} 条，签署于 {signed_at}。",
        "Newest checkpoint: {size} events, signed at {signed_at}.",
    ),
    "unsigned": (
        "其后还有 {count} 条尚未签署，此次无法证明；签署者每分钟签署一次。",
        (
            "{count} more after it are not signed yet and so not proved this time; the signer signs"
            " every minute."
        ),
    ),
    "follows-held": (
        "它是您上次持有的检查点（{size} 条，{signed_at}）的延续。",
        "It continues the checkpoint you held before ({size} events, {signed_at}).",
    ),
    "first-held": (
        "这是您从此日志得到的第一个检查点；今后都将与它比较。",
        "This is the first checkpoint you have of this log; from now on all are compared with it.",
    ),
    "opened": (
        "其中 {count} 个事件的个人内容已用所附密钥打开，与被证明的密文一致。",
        (
            "The personal content of {count} of them was opened with the enclosed key: it is what"
            " the proved ciphertext says."
        ),
    ),
    "incomplete": (
        (
            "证据包证明其中所有事件属实且次序未变，但不能证明没有更新的事件被隐瞒；"
            "这只能由整个日志证明（kezhi audit export-log）。"
        ),
        (
            "A bundle proves that what is in it is true and in order. That no newer event is"
            " withheld only the whole log can prove (kezhi audit export-log)."
        ),
    ),
    "same-log": (
        "两个检查点（{old} 条与 {new} 条）属于同一历史。",
        "Both checkpoints ({old} and {new} events) belong to one history.",
    ),
    "more": (
        "……此外还有 {count} 处同类问题（{code}）。",
        "... and {count} more of that kind ({code}).",
    ),
    "clean": ("结论：未发现篡改。", "Verdict: no tampering found."),
    "tampered": ("结论：已被篡改。", "Verdict: TAMPERED WITH."),
    "untold": ("结论：无法判断。", "Verdict: cannot tell."),
}

TEXTS = {**_TAMPERED, **_UNTOLD, **_REMARKS}
PROOFS_OF_TAMPERING = frozenset(_TAMPERED)

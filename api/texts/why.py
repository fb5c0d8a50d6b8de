"""How a grade came about; the codes are `why-grade-` and the bases of `domain.grade`."""

from __future__ import annotations

WHY_TEXTS: dict[str, tuple[str, str]] = {
    "why-grade-kept": (
        "沿用。等级 {grade} 沿用下来，没有人改变它。",
        "Kept. Grade {grade} was kept; nobody has changed it.",
    ),
    "why-grade-judged": (
        "由人判定。等级 {grade} 由记录的人直接判定。",
        "Judged. Whoever recorded this judged the grade {grade} himself.",
    ),
    "why-grade-assessed": (
        "按制度评定。等级 {grade} 由需求和预计成交日按定级制度第 {grading_version} 版得出。",
        (
            "Assessed. Grade {grade} follows from demand and the day a deal is expected, by version"
            " {grading_version} of the grading policy."
        ),
    ),
    "why-grade-quick_note": (
        "按快捷键。等级 {grade} 由记录所用的快捷键规定。",
        "By quick note. The key that recorded the contact brings the grade {grade}.",
    ),
}

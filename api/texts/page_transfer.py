"""What the pages of import and export (导入与导出) say."""

from __future__ import annotations

PAGE_TRANSFER_TEXTS: dict[str, tuple[str, str]] = {
    "imports": ("导入与导出", "Import and export"),
    "imports-lead": (
        "上传 CSV 或 XLSX，先看清各列的含义，再检查、导入；有误的行可下载、修改后重新上传。",
        (
            "Upload a CSV or XLSX file, see what its columns mean, check it, import it. Rows that"
            " fail come back as a file to mend and upload again."
        ),
    ),
    "upload": ("上传", "Upload"),
    "uploading": ("正在上传…", "Uploading …"),
    "file": ("文件（CSV 或 XLSX，最大 20 MB）", "File (CSV or XLSX, at most 20 MB)"),
    "file-name": ("文件", "File"),
    "drop-here": ("或将文件拖到此处", "or drop it here"),
    "sheet-is-about": ("内容", "What is in it"),
    "sheet-customers": ("客户", "Customers"),
    "sheet-purchases": ("购买记录", "Purchases"),
    "past-imports": ("我的导入", "My imports"),
    "imports-empty": ("还没有导入", "Nothing imported yet"),
    "imports-empty-text": (
        "上传的文件加密保存，最多一天，只有您能看到。",
        "Files are kept encrypted for a day at most, and nobody sees them but you.",
    ),
    "nameless": ("（无文件名）", "(no name)"),
    "uploaded-at": ("上传时间", "Uploaded"),
    "rows-read": ("行数", "Rows"),
    "state": ("状态", "State"),
    "import-uploaded": ("待检查", "waiting for you"),
    "import-checking": ("正在检查", "being checked"),
    "import-checked": ("已检查", "checked"),
    "import-importing": ("正在导入", "being imported"),
    "import-done": ("已导入", "imported"),
    "import-cancelled": ("已取消", "cancelled"),
    "import-failed": ("失败", "failed"),
    "import-forgotten": ("文件已删除", "file deleted"),
    "import-hint-cancelled": (
        "文件已删除。已导入的行保留，再次上传不会重复。",
        "The file is deleted. What was imported stays, and is not doubled by another upload.",
    ),
    "import-hint-forgotten": (
        "文件保存期已过，或因有人被删除而清除。请重新上传，已导入的行不会重复。",
        (
            "It was kept long enough, or somebody had to be forgotten. Upload it again; what was"
            " imported is not doubled."
        ),
    ),
    "import-hint-failed": (
        "未能完成。请再试一次，已导入的行不会重复。",
        "It did not come to its end. Try again; what was imported is not doubled.",
    ),
    "verdict-new": ("新增", "new"),
    "verdict-known": ("已有", "known already"),
    "verdict-duplicate": ("重复", "duplicate"),
    "verdict-invalid": ("有误", "wrong"),
    "verdict-of-check": ("检查结果（尚未保存任何内容）", "What was found; nothing is stored yet"),
    "verdict-of-import": ("导入结果", "What became of the rows"),
    "sheet-columns": ("列的含义", "What the columns mean"),
    "column": ("列", "Column"),
    "meaning": ("含义", "Meaning"),
    "examples": ("示例", "Examples"),
    "meaning-unknown": ("请选择…", "Choose …"),
    "meaning-none": ("略过此列", "Leave out"),
    "encoding": ("编码", "Encoding"),
    "check-rows": ("检查", "Check"),
    "import-rows": ("导入", "Import"),
    "cancel-import": ("取消并删除文件", "Cancel and delete the file"),
    "refused-rows": ("有误的行（前 {n} 行）", "Rows that are wrong, the first {n}"),
    "refused-rows-one": ("有误的行", "The row that is wrong"),
    "row-number": ("行号", "Row"),
    "what-is-wrong": ("问题", "What is wrong"),
    "error-file": ("下载有误的行", "Download the rows that are wrong"),
    "error-file-until": ("可下载至 {at}", "until {at}"),
    "to-imported": ("查看客户", "See the customers"),
    "export": ("导出", "Export"),
    "export-these": ("导出这些客户", "Export these"),
    "export-lead": (
        "导出后，每位客户的历史都会记下是谁、为什么导出。",
        "The history of each customer will say who took him out and why.",
    ),
    "export-whom": ("哪些客户", "Which customers"),
    "export-everybody": ("可见范围内的所有客户", "Everybody you can see"),
    "choose-others": ("在客户列表中重新筛选", "Choose others in the list"),
    "file-format": ("文件格式", "Kind of file"),
    "format-xlsx": ("Excel 工作簿", "Excel workbook"),
    "format-csv": ("CSV 文本", "CSV text"),
    "exported": ("已导出", "Exported"),
}

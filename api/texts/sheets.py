"""What can be wrong with an imported sheet: as a whole, in a row, in a cell."""

from __future__ import annotations

SHEET_TEXTS: dict[str, tuple[str, str]] = {
    "sheet-empty": (
        "文件为空。没有找到任何内容。",
        "Empty file. There is nothing in it.",
    ),
    "sheet-undecodable": (
        "无法识别编码。按 {encoding} 读取时第 {offset} 字节有误，请另存为 UTF-8 或指定编码。",
        "Unknown encoding. Byte {offset} makes no sense as {encoding}; save as UTF-8 or name it.",
    ),
    "sheet-unknown-encoding": (
        "不支持的编码。不能读取“{given}”，可用：{known}。",
        "Encoding not supported. What can be read instead of {given}: {known}.",
    ),
    "sheet-unknown-delimiter": (
        "不支持的分隔符。可用：{known}。",
        "Delimiter not supported. These are: {known}.",
    ),
    "sheet-nul-bytes": (
        "文件含有空字节。第 {offset} 字节附近有 NUL，可能是没有 BOM 的 UTF-16，请另存为 UTF-8。",
        (
            "File holds NUL bytes. Near byte {offset}; perhaps it is UTF-16 without a byte "
            "order mark: save it as UTF-8."
        ),
    ),
    "sheet-binary": (
        "不是表格文件。请提供 CSV 或 XLSX。",
        "Not a table. Give a CSV or XLSX file.",
    ),
    "sheet-html": (
        "这是网页而不是表格。请用 Excel 打开后另存为 XLSX。",
        "A web page and not a table. Open it in Excel and save it as XLSX.",
    ),
    "sheet-xls": (
        "旧版 XLS 格式。请用 Excel 打开（如有密码先取消）后另存为 XLSX。",
        (
            "Old XLS format. Open it in Excel, take off its password if it has one, and save it as "
            "XLSX."
        ),
    ),
    "sheet-xlsb": (
        "二进制 XLSB 格式。请用 Excel 另存为 XLSX。",
        "Binary XLSB format. Save it as XLSX in Excel.",
    ),
    "sheet-encrypted": (
        "文件有密码保护。请用 Excel 取消密码后重新保存。",
        "Protected by a password. Take the password off in Excel and save it again.",
    ),
    "sheet-not-a-workbook": (
        "不是 Excel 工作簿。请提供 CSV 或 XLSX。",
        "Not an Excel workbook. Give a CSV or XLSX file.",
    ),
    "sheet-damaged": (
        "文件已损坏。请用 Excel 打开并重新保存。",
        "Damaged file. Open it in Excel and save it again.",
    ),
    "sheet-unpacks-too-large": (
        "内容过大。解压后超过 {limit} 字节，请拆分文件。",
        "Too much content. Unpacked it exceeds {limit} bytes; split the file.",
    ),
    "sheet-unknown-name": (
        "没有这个工作表。找不到“{given}”，现有：{names}。",
        "No such worksheet. Instead of {given} there is: {names}.",
    ),
    "sheet-too-many-columns": (
        "列数过多。最多 {limit} 列。",
        "Too many columns. At most {limit} are read.",
    ),
    "sheet-header-unreadable": (
        "表头无法读取。第 {number} 行的引号或字符有误。",
        "Unreadable header. Quotes or characters in row {number} are wrong.",
    ),
    "columns-unrecognised": (
        (
            "没有找到表头。第一行应为列名，例如：{examples}；也可以指定各列的含义。"
            "现在的第一行：{found}；如为乱码，请指定编码。"
        ),
        (
            "No header found. The first row must name the columns, for example {examples}; or say "
            "what each column means. It reads {found}; if that is no text, name the encoding."
        ),
    ),
    "columns-missing": (
        "缺少必需的列。没有找到：{missing}；表中的列：{found}。",
        "Required columns missing. There is none for {missing}; the columns are: {found}.",
    ),
    "columns-not-understood": (
        "有的列含义不明。不认识的列：{columns}。请说明各列的含义，或略过该列。",
        "Columns of unknown meaning. Say of each what it means, or leave it out: {columns}.",
    ),
    "import-not-yours": (
        "上传者已离职。没有继续导入，请由在职人员重新上传。",
        "Whoever uploaded it has left. Somebody who works here has to upload it again.",
    ),
    "columns-ambiguous": (
        "列重复。{columns} 都表示{field}，请指定使用哪一列。",
        "Columns mean the same. Say which of {columns} is the {field}.",
    ),
    "mapping-unknown-column": (
        "指定的列不存在。没有“{column}”，表中的列：{found}。",
        "No such column. Instead of {column} there is: {found}.",
    ),
    "mapping-unknown-field": (
        "指定的含义不存在。没有“{field}”，可用：{known}。",
        "No such meaning. Instead of {field} these are known: {known}.",
    ),
    "cell-unknown-rep": (
        "没有这位业务员。找不到名为“{value}”的在职业务员，或有多人同名；请填写登录名。",
        (
            "No such representative. Nobody who works here, or more than one, is called {value}; "
            "give the login."
        ),
    ),
    "cell-unknown-customer": (
        "没有这个客户。找不到编号为“{value}”的客户，请先导入客户。",
        "No such customer. Nobody has the reference {value}; import the customers first.",
    ),
    "row-totals": ("这是合计行，不是客户。", "A row of totals and no customer."),
    "row-too-wide": (
        "此行的列数多于表头（{expected} 列），可能有未加引号的分隔符。",
        (
            "This row has more than the {expected} columns of the header; perhaps a delimiter is "
            "not in quotes."
        ),
    ),
    "row-badly-quoted": (
        "第 {first} 至 {last} 行的引号不成对，无法分列。",
        "The quotes in rows {first} to {last} do not match, so they cannot be separated.",
    ),
    "row-field-endless": (
        "第 {first} 至 {last} 行有一个引号没有结束。",
        "A quote in rows {first} to {last} never ends.",
    ),
    "cell-formula-error": ("公式结果有误：{value}。", "This formula failed: {value}."),
    "cell-not-date": (
        "“{value}”不是日期，应如 2026-11-22 或 2026年11月22日。",
        "This is no date such as 2026-11-22: {value}.",
    ),
    "cell-date-ambiguous": (
        "“{value}”的年月日顺序不明，应如 2026-11-22。",
        "The order of day, month and year is not clear, write 2026-11-22: {value}.",
    ),
    "cell-not-number": ("“{value}”不是数字。", "This is no number: {value}."),
    "cell-phone-rounded": (
        "“{value}”已被 Excel 改写，号码不完整，请将该列设为文本后重新填写。",
        "Excel has rounded this number; format the column as text and enter it again: {value}.",
    ),
}

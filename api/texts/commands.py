"""What only the command line says."""

from __future__ import annotations

COMMAND_TEXTS: dict[str, tuple[str, str]] = {
    "customer-ambiguous": (
        "无法确定是哪位客户。“{text}”可能是：{candidates}。请写得更完整，或给出编号。",
        "Not clear which customer. For {text} there is: {candidates}. Write more, or give the id.",
    ),
    "customer-not-found": (
        "没有找到客户。没有客户的名称、公司、电话或地址中含有“{text}”。",
        "No such customer. No name, company, phone or address you may see holds {text}.",
    ),
    "channels-not-set-up": (
        "渠道未配置。消息无法通过{channels}发出；以此为唯一途径的客户不会收到。",
        "Not set up. Nothing gets out by {channels}; whom nothing else reaches is not told.",
    ),
    "complaint-ambiguous": (
        "无法确定是哪件投诉。“{text}”有 {count} 件未结投诉，请给出投诉编号。",
        "Not clear which complaint. For {text} there are {count} open ones; give the id of one.",
    ),
    "complaint-not-found": (
        "没有找到投诉。没有编号为“{text}”的投诉，该客户也没有未结投诉。",
        "No such complaint. There is none with the id {text}, nor an open one of such a customer.",
    ),
    "task-ambiguous": (
        "无法确定是哪项任务。“{text}”有 {count} 项未完成的任务，请给出任务编号。",
        "Not clear which task. For {text} there are {count} open ones; give the id of one.",
    ),
    "task-not-found": (
        "没有找到任务。没有编号为“{text}”的任务，该客户也没有未完成的任务。",
        "No such task. There is none with the id {text}, nor an open one for such a customer.",
    ),
    "contract-not-found": (
        "没有找到合同。没有编号为“{text}”的合同。",
        "No such contract. None that you may see has the number or id {text}.",
    ),
    "as-of": (
        "时点。日志位置 {position}，{at}；能否查看按今天的权限判断。",
        "As of. Position {position} of the log, {at}; who may look is decided by today.",
    ),
    "not-there-yet": (
        "当时还没有。日志位置 {position} 时还没有建立。",
        "Not there yet. It was not on record at position {position} of the log.",
    ),
    "login-unknown": (
        "没有这个登录名。没有在职人员的登录名是“{login}”。",
        "No such login. Nobody who works here has the login {login}.",
    ),
    "greeting-not-ahead": (
        "没有这次问候。编号为“{key}”的问候不存在，或已经决定。",
        "No such greeting. There is none ahead with the key {key}; it may have been decided.",
    ),
    "holidays-provisional": (
        "尚未公布。{year} 年的放假安排尚未公布，以上节假日为估计。",
        "Not announced. The holidays of {year} are an estimate until the government's notice.",
    ),
    "store-not-empty": (
        "数据库不为空。演示数据只能载入空的数据库，未保存任何内容。",
        "Store not empty. Demonstration data only goes into an empty one; nothing was stored.",
    ),
    "erase-confirm": (
        "确认删除。将永久删除“{text}”的个人信息，无法恢复，继续吗？",
        "Erase for good. Nobody can take it back that {text} is forgotten; go on?",
    ),
    "erasing-waiting": (
        "第一步。等待列表更新……",
        "Step 1. Waiting until the lists know of it ...",
    ),
    "erasing-destroying": ("第二步。销毁密钥……", "Step 2. Destroying the key ..."),
    "erasing-purging": ("第三步。清除副本……", "Step 3. Purging copies ..."),
    "erasing-rewriting": (
        "第四步。重写表与日志……",
        "Step 4. Writing tables and logs anew ...",
    ),
    "erasing-searching": (
        "第五步。查找残留……",
        "Step 5. Searching for what is left ...",
    ),
    "erasing-done": ("完成。已删除。", "Done. All is erased."),
    "erasing-nothing": (
        "无事可做。没有待完成的删除。",
        "Nothing to do. There is nothing to erase.",
    ),
    "erasing-elsewhere": (
        "正在进行。后台进程正在删除。",
        "Under way. The workers are at it.",
    ),
    "erasing-elsewhere-waits": (
        "正在进行。后台进程正在删除；正在等待：{who}。",
        "Under way. The workers are at it; they wait for: {who}.",
    ),
    "erasing-left-over": (
        "仍有残留。{tables}：后台进程会重新清除；也可再次运行 kezhi erase。",
        "Something is left. In {tables}; the workers purge again; or run kezhi erase once more.",
    ),
    "erasing-held-up": (
        (
            "删除尚未完成。密钥已销毁，但仍有人能看到删除之前的数据：{who}。"
            "待其结束后，后台进程会继续；也可再次运行 kezhi erase。"
        ),
        (
            "The erasure is not complete. The key is destroyed, and these still see what was there"
            " before: {who}. Once they have ended the workers go on; or run kezhi erase once more."
        ),
    ),
    "keys-not-rewritten": (
        (
            "密钥表尚未重写。新主密钥已启用，旧主密钥已移除，但有人正在读密钥表；"
            "待其结束后请再次运行 kezhi keys rotate。"
        ),
        (
            "The key table was not rewritten. The new master key is in use and the old one gone."
            " Somebody reads the table; run kezhi keys rotate once more when he has ended."
        ),
    ),
    "not-rewritten": (
        (
            "未能全部重写。此 PostgreSQL 不允许日志的所有者重写统计信息或预写日志；"
            "须授予哪些权限，见运维手册“Forgetting a person”。"
        ),
        (
            "Not everything was rewritten. This PostgreSQL does not let the owner of the log"
            " rewrite statistics or let the write-ahead log go; the manual of operations says under"
            " “Forgetting a person” what to grant him."
        ),
    ),
    "restore-not-empty": (
        "存储中已有数据。备份只能恢复到空的存储中，没有任何改动。",
        "The store is not empty. A backup is loaded into an empty one; nothing was changed.",
    ),
    "backup-unreadable": (
        "备份文件已损坏或无法读取。{reason}；没有任何改动。",
        "The backup is damaged or no backup. It says {reason}; nothing was changed.",
    ),
    "keys-in-environment": (
        "主密钥来自环境变量。请在密钥管理系统中加入新版本并重启各进程。",
        "The master key comes from the environment. Add a version in the secret manager, restart.",
    ),
    "restored-unsigned": (
        "未签署。日志中没有已签署的检查点，无法判断是否被改动。",
        "Not signed. Nothing of the log was, so nobody can tell whether it was changed.",
    ),
    "lists-behind": (
        "列表尚未更新。列表落后 {events} 条记录，显示的可能不是最新内容。",
        "Lists behind. They lack the latest {events} events, so what is shown may be older.",
    ),
    "lists-stale": (
        "列表有缺。以下列表未能收录部分事件：{lists}。用 kezhi parked 查看。",
        "Lists incomplete. Some events are not in {lists}; kezhi parked tells which and why.",
    ),
    "log-changeable": (
        (
            "日志可被改动。KEZHI_DATABASE_URL 的角色拥有事件日志，因而可以改动或删除事件。"
            "请另设所有者角色，见 docs/operations.md。"
        ),
        (
            "Log can be changed. The role of KEZHI_DATABASE_URL owns the event log, so it could "
            "change or delete events. Give it an owner of its own: see docs/operations.md."
        ),
    ),
    "up-not-ready": (
        "未就绪。{seconds} 秒后仍未就绪，原因见以上各进程的输出。",
        "Not ready. After {seconds} s it is still not; see what the processes say above.",
    ),
    "port-taken": (
        "端口已被占用。无法监听 {address}（{error}）。请停止占用者，或用 KEZHI_HTTP_PORT 换端口。",
        (
            "Port taken. Cannot listen on {address} ({error}). Stop the program that does, or name "
            "another port with KEZHI_HTTP_PORT."
        ),
    ),
    "import-broken-off": (
        (
            "导入中断。已处理 {rows} 行，已保存的不会丢失。请再次导入同一文件，将从中断处继续，"
            "不会重复。"
        ),
        (
            "Import broken off. After {rows} rows; what was stored is kept. Import the same file "
            "again: it goes on from there and doubles nothing."
        ),
    ),
    "error-file-unwritable": (
        ("无法写入错误文件。{path}：{error}。没有导入任何内容，请用 --errors 指定其他位置。"),
        (
            "Error file cannot be written. {path}: {error}. Nothing was imported; name another "
            "place with --errors."
        ),
    ),
    "columns-unknown": (
        (
            "有的列含义不明，没有导入任何内容。不认识的列：{columns}。请用 --map 列=字段 说明含义"
            "（字段：{known}），用 --map 列= 略过一列，或用 --skip-unknown 略过所有这些列。"
        ),
        (
            "Columns of unknown meaning; nothing was imported. Not understood: {columns}. Say what "
            "they mean with --map COLUMN=FIELD (fields: {known}), leave one out with --map COLUMN=,"
            " or all of them with --skip-unknown."
        ),
    ),
    "server-away": (
        "服务器无法使用。数据库或队列无法连接，或未及时应答，是否已保存尚不确定：{error}",
        (
            "Server away. The database or the queue cannot be reached or did not answer in time; "
            "whether anything was stored is not known: {error}"
        ),
    ),
    "pool-empty": (
        "公海为空。公海中没有符合条件的客户。",
        "Empty. Nobody like that is in the pool.",
    ),
    "claims-need-a-login": (
        "须以业务员身份操作。请用 --as 指明登录名。",
        "A login is needed. Say with --as for whom it is.",
    ),
    "nothing-due": ("没有到期客户。今天没有需要联系的客户。", "Nobody is due. Your list is empty."),
}

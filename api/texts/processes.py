"""What happens to the processes and servers that `kezhi up` keeps running."""

from __future__ import annotations

PROCESS_TEXTS: dict[str, tuple[str, str]] = {
    "process-ended": (
        "进程已退出。{name} 已退出，退出码 {status}，{pause} 秒后重新启动。",
        "Process ended. {name} ended with exit code {status} and starts again in {pause} s.",
    ),
    "process-signalled": (
        "进程被终止。{name} 被信号 {status} 终止，{pause} 秒后重新启动。",
        "Process killed. {name} was killed by {status} and starts again in {pause} s.",
    ),
    "process-not-started": (
        "进程无法启动。{name} 无法启动（{error}），{pause} 秒后重试。",
        "Process not started. {name} cannot start ({error}); it is tried again in {pause} s.",
    ),
    "process-overdue": (
        "进程未按时结束。{name} 未能按时结束，已被强制终止。",
        "Process overdue. {name} did not end in time and is killed.",
    ),
    "server-ended": (
        "服务器已停止。{name} 已停止，现重新启动；已确认的数据不会丢失。",
        "Server ended. {name} has ended and is started again; what was acknowledged is kept.",
    ),
}

"""The command `kezhi-audit`: checks what Kezhi has exported, without Kezhi and without a network.

Exit codes: 0 no tampering found, 1 tampered with, 2 cannot tell.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from domain.audit.archive import BUNDLE, Archive, ArchiveError, an_archive
from domain.audit.bundle import data_keys, events_of
from domain.audit.notes import NoteError
from domain.audit.opening import SEALED, OpeningError, open_sealed, read_state
from domain.audit.report import Verdict
from domain.audit.verifier import Memory, Verifier, keys_from

LANGUAGES = {"zh": (0,), "en": (1,), "both": (0, 1)}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command and exit with its code."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    options = _parser().parse_args(arguments)
    sys.exit(_show(options.file) if options.command == "show" else _judge(options))


def _judge(options: argparse.Namespace) -> int:
    """Check what was asked for, say what was found, and return the exit code."""
    try:
        keys = [key for text in options.key for key in keys_from(text)]
    except NoteError as error:
        print(f"--key: {error}", file=sys.stderr)
        return Verdict.UNTOLD
    if options.command == "compare":
        report = Verifier(keys).compare(options.files, options.proof)
    else:
        memory = None if options.forget else Memory(options.memory)
        report = Verifier(keys, memory).verify(options.file, options.checkpoint, options.proof)
    for line in report.lines(LANGUAGES[options.language]):
        print(line)
    return report.verdict


def _show(file: Path) -> int:
    """Print the events of a bundle as they are stored."""
    try:
        with an_archive(file, BUNDLE) as archive:
            for line in _facts(archive):
                print(line)
    except (ArchiveError, ValueError, TypeError, LookupError) as error:
        print(f"{file}: {error}", file=sys.stderr)
        return Verdict.UNTOLD
    return Verdict.CLEAN


def _facts(archive: Archive) -> Iterator[str]:
    keys = data_keys(archive)
    for event, state in events_of(archive):
        fields: dict[str, Any] = read_state(state)
        is_sealed = fields.pop(SEALED, None) is not None
        try:
            personal = open_sealed(state, event.place, keys)
        except OpeningError:
            personal = None
        yield f"{event.position}  {fields.pop('timestamp')}  {event.place['topic']}"
        for name, value in (fields | (personal or {})).items():
            yield f"    {name}: {value}"
        if is_sealed and personal is None:
            yield "    （个人内容已加密 personal content is encrypted）"


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="kezhi-audit",
        description="客志审计：检查客志导出的日志与证据包。Checks what Kezhi has exported."
        " 退出码 exit codes: 0 未发现篡改 clean, 1 已被篡改 tampered, 2 无法判断 untold.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    verify = commands.add_parser("verify", help="检查日志或证据包 check a log or a bundle")
    verify.add_argument("file", type=Path)
    verify.add_argument(
        "--checkpoint",
        type=Path,
        action="append",
        default=[],
        help="另外持有的检查点 more checkpoints, from a mailbox or the checkpoint file",
    )
    verify.add_argument(
        "--memory",
        type=Path,
        default=Path.home() / ".kezhi-audit",
        help="记住上次检查点的文件夹 the folder that holds the last checkpoint",
    )
    verify.add_argument(
        "--forget", action="store_true", help="不用也不记 neither use nor keep the last checkpoint"
    )
    compare = commands.add_parser("compare", help="比较检查点 compare checkpoints")
    compare.add_argument("files", type=Path, nargs="+")
    for each in (verify, compare):
        each.add_argument(
            "--key",
            action="append",
            required=True,
            help="日志的公钥或其文件 the log's verifier key, or a file with it",
        )
        each.add_argument(
            "--proof",
            type=Path,
            action="append",
            default=[],
            help="一致性证明 a consistency proof, as the API gives it",
        )
        each.add_argument("--language", choices=list(LANGUAGES), default="both")
    show = commands.add_parser("show", help="列出证据包中的事件 print the events of a bundle")
    show.add_argument("file", type=Path)
    return parser


if __name__ == "__main__":
    main()

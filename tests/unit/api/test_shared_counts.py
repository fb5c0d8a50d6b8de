from __future__ import annotations

from tests.support.programs import a_program

KILLED_WHILE_COUNTING = """
import os, signal
from api.shared_counts import SharedCounts

counts = SharedCounts(size=3, parts=3)
counts.add((0, 1), (2, 0.5))
for part in (1, 2):
    child = os.fork()
    if not child:
        counts.count_into(part)
        counts.add((0, 10 * part))
        os.kill(os.getpid(), signal.SIGKILL)
    os.waitpid(child, 0)
print(counts.totals())
"""


def test_processes_count_together_even_when_they_are_killed() -> None:
    with a_program(KILLED_WHILE_COUNTING) as program:
        assert program.says() == "[31.0, 0.0, 0.5]"

"""Background work stands back in its own session, and draws no other into it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

STAND_BACK = """
import os
from pathlib import Path
from workers.niceness import yield_to_people

group = Path("/proc/self/autogroup")
before = group.read_text() if group.exists() else ""
yield_to_people()
print(os.nice(0), (group.read_text() if before else "") != before)
"""


@pytest.mark.parametrize("has_session", [True, False])
def test_the_session_stands_back_only_where_it_is_its_own(*, has_session: bool) -> None:
    before = subprocess.check_output([sys.executable, "-c", "import os; print(os.nice(0))"])
    told = subprocess.check_output(
        [sys.executable, "-c", STAND_BACK], start_new_session=has_session, text=True
    )
    is_shared_out_by_sessions = has_session and Path("/proc/self/autogroup").exists()

    assert told.split() == [str(min(int(before) + 10, 19)), str(is_shared_out_by_sessions)]

from __future__ import annotations

import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ["domain", "projections", "workers", "api"]


def test_the_wheel_holds_every_file_that_lies_beside_the_code(tmp_path: Path) -> None:
    for name in ["pyproject.toml", "requirements.in", "README.md", "LICENSE"]:
        shutil.copy(ROOT / name, tmp_path)
    for package in PACKAGES:
        skipped = shutil.ignore_patterns("__pycache__")
        shutil.copytree(ROOT / package, tmp_path / package, ignore=skipped)
    wanted = {
        file.relative_to(tmp_path).as_posix()
        for package in PACKAGES
        for file in (tmp_path / package).rglob("*")
        if file.is_file()
    }
    build = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
    subprocess.run([*build, "--wheel-dir", "wheels", "."], cwd=tmp_path, check=True)
    (wheel,) = (tmp_path / "wheels").iterdir()
    with zipfile.ZipFile(wheel) as archive:
        held = {name for name in archive.namelist() if ".dist-info/" not in name}

    assert held == wanted

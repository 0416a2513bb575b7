"""The wheel: everything the programs read lies in it, not only their code."""

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

ROOT = Path(__file__).parent.parent
SETTINGS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]
FOLDERS = [package for package in SETTINGS["packages"] if "." not in package]


def test_everything_in_the_packages_lies_in_the_wheel(tmp_path: Path) -> None:
    tree = tmp_path / "tree"  # building leaves things behind
    for package in FOLDERS:
        shutil.copytree(ROOT / package, tree / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE", *(f"{module}.py" for module in SETTINGS["py-modules"])):
        shutil.copy(ROOT / name, tree)
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation", "."],
        cwd=tree,
        env=environment,
        check=True,
    )
    (wheel,) = tree.glob("canopy-*.whl")
    with zipfile.ZipFile(wheel) as packed:
        inside = set(packed.namelist())
    wanted = {
        str(file.relative_to(ROOT))
        for package in FOLDERS
        for file in (ROOT / package).rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    assert {Path(name).suffix for name in wanted} == {".py", ".sql", ".toml", ".csv", ".typ"}
    assert wanted <= inside
    assert {f"{module}.py" for module in SETTINGS["py-modules"]} <= inside

"""The project's own files: a lock that says what and not whence, and one way to check a change."""

import os
import re
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

LOCKS = ("requirements.lock", "scripts/uv.lock")

# Where packages come from is a matter of the machine, not of the project. In pieces, so that this file names none.
REGISTRY_HOSTS = re.compile(
    r"pypi\." + "org|python" + r"hosted\.org|registry\." + r"npmjs|deb\." + r"debian\.org|anaconda\." + "org",
    re.IGNORECASE,
)


def canonical(name: str) -> str:
    """A package's name as indexes compare it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def package_of(requirement: str) -> str:
    """The canonical name at the start of a requirement such as `coverage[toml]>=7`."""
    match = re.match(r"[A-Za-z0-9][A-Za-z0-9._-]*", requirement)
    assert match, requirement
    return canonical(match.group())


def locked(project: Path, lock: str) -> dict[str, list[str]]:
    """Each package of a lock with the lines that pin it and its hashes."""
    entries: dict[str, list[str]] = {}
    name = ""
    for line in (project / lock).read_text(encoding="utf-8").splitlines():
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        if not line.startswith(" "):
            name = package_of(line)
        entries.setdefault(name, []).append(line)
    return entries


def tracked_files(project: Path) -> list[Path]:
    """The files under version control, and those that would be added to it."""
    command = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        listing = subprocess.run(command, cwd=project, capture_output=True, check=True).stdout.decode()
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("not a git checkout: no list of tracked files")
    return [path for name in listing.split("\0") if name and (path := project / name).is_file()]


@pytest.fixture(scope="module")
def pyproject(project: Path) -> dict[str, Any]:
    return tomllib.loads((project / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_names_no_source(project: Path, lock: str) -> None:
    text = (project / lock).read_text(encoding="utf-8")
    assert not re.search(r"://|file:|@ |(^|\s)(-i|-f|-e|--(extra-)?index-url|--find-links)\s", text)


@pytest.mark.parametrize("lock", LOCKS)
def test_lock_pins_and_hashes_everything(project: Path, lock: str) -> None:
    for name, lines in locked(project, lock).items():
        pins = [line for line in lines if not line.startswith(" ")]
        assert all(re.match(r"\S+==\S+", pin) for pin in pins), name
        for pin, following in zip(lines, [*lines[1:], ""], strict=True):
            if pin in pins:
                assert "--hash=sha256:" in following, f"{pin} has no hash"


def test_every_dependency_is_locked(project: Path, pyproject: dict[str, Any]) -> None:
    wanted = list(pyproject["project"]["dependencies"])
    for group in (*pyproject["project"]["optional-dependencies"].values(), *pyproject["dependency-groups"].values()):
        wanted += group
    wanted += pyproject["build-system"]["requires"]
    missing = {package_of(requirement) for requirement in wanted} - set(locked(project, "requirements.lock"))
    assert not missing, f"run `make lock`: not in requirements.lock: {sorted(missing)}"


def test_ci_runs_lint_and_tests(project: Path) -> None:
    script = project / ".ci" / "run"
    commands = script.read_text(encoding="utf-8").splitlines()
    assert "make lint" in commands
    assert "make test" in commands
    assert os.access(script, os.X_OK) or os.name == "nt"


@pytest.mark.parametrize("target", ["setup", "run", "test", "lint", "bench"])
def test_makefile_has_target(project: Path, target: str) -> None:
    makefile = (project / "Makefile").read_text(encoding="utf-8")
    rule = re.search(rf"^{target}:(.*?)##", makefile, re.MULTILINE)
    assert rule, target
    assert target == "setup" or "setup" in rule.group(1).split(), f"{target} must depend on setup"


def test_no_tracked_file_names_a_registry(project: Path) -> None:
    for path in tracked_files(project):
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        found = REGISTRY_HOSTS.search(text)
        assert not found, f"{path.relative_to(project)} names {found.group()}"


def test_results_are_not_tracked(project: Path) -> None:
    kept = [path.relative_to(project) for path in tracked_files(project) if path.parts[len(project.parts)] == "results"]
    assert kept in ([], [Path("results/README.md")])

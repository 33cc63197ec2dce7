"""What all tests share. Nothing here depends on the machine: tests of the published tables skip without them."""

import os
from pathlib import Path

import pytest

PROJECT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def project() -> Path:
    """The folder that holds pyproject.toml."""
    return PROJECT


@pytest.fixture(scope="session")
def real_data() -> Path:
    """The folder of published tables: the one named by COMMISSIM_DATA, else `shared/data` beside the project.

    A test that asks for it is skipped, with the reason, where there is none; a COMMISSIM_DATA that names no folder is
    an error, since whoever set it meant these tests to run.
    """
    named = os.environ.get("COMMISSIM_DATA")
    if named:
        folder = Path(named).expanduser()
        if not folder.is_dir():
            pytest.fail(f"COMMISSIM_DATA names no folder: {named}")
        return folder
    folder = PROJECT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the published tables are not here: no ../shared/data, and COMMISSIM_DATA is not set")
    return folder

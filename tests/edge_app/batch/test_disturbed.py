"""A small round of tests/benchmarks/batch_disturbed.py."""

import random

import pytest

from ...benchmarks.batch_disturbed import Course, fill, kill
from ...benchmarks.batch_pages import make_mixed
from ...parts import require


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory) -> Course:
    """Runs of 160 pages in five parts."""
    folder = tmp_path_factory.mktemp("disturbed")
    return Course(make_mixed(folder / "pages", 160), folder, random.Random(0))


@pytest.mark.slow
def test_killed_runs_go_on(course: Course) -> None:
    """Nothing is lost and nothing doubled: every file is that of an undisturbed run."""
    assert kill(course, 4) == []


@pytest.mark.slow
def test_runs_go_on_when_a_full_disk_has_space_again(course: Course) -> None:
    """And end before that with one clear line; so they do where temporary files have none."""
    require(["mount"], as_root=True)
    assert fill(course, 4) == []

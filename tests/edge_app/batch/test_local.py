"""The cluster on this machine: no other user gets in, by a port or by a file."""

import json
import os
import stat
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from convert.report.card import ROOT
from edge_app.batch.local import private_folder

from ...parts import require
from .intruder import NOBODY, WAYS

# A run that waits, and tells its ports and its worker's folder; not in this process, where other tests listen, too.
HOST = """
import json, psutil
from edge_app.batch.cluster import connect
from edge_app.batch.models import Models
from edge_app.batch.worker import ReaderPlugin
from edge_app.page.views import View

if __name__ == "__main__":
    with connect(None, 1, ReaderPlugin(Models(b"", b"", b"", "litert"), (), 200, View())) as client:
        myself = psutil.Process()
        sockets = [each for one in (myself, *myself.children(True)) for each in one.net_connections("inet")]
        [worker] = client.scheduler_info()["workers"].values()
        ports = [each.laddr.port for each in sockets if each.status == psutil.CONN_LISTEN]
        print(json.dumps({"ports": ports, "folder": worker["local_directory"]}), flush=True)
        input()
"""


@dataclass(frozen=True)
class Told:
    """What HOST told, and what answered the intruder meanwhile: by port, by way in."""

    ports: Sequence[int]
    folder: Path
    answers: dict[str, dict[str, str]]


def answers_to_intruder(ports: Sequence[int]) -> dict[str, dict[str, str]]:
    """What he got, and why he got nothing else."""
    command = [sys.executable, str(Path(__file__).with_name("intruder.py")), *map(str, ports)]
    found: dict[str, dict[str, str]] = json.loads(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout)
    return found


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for temporary files in which another user has made those that Dask looks for, open to all."""
    temporary = tmp_path_factory.mktemp("temporary")
    (temporary / "dask-scratch-space").mkdir()
    (temporary / "dask-scratch-space").chmod(0o777)
    return temporary


@pytest.fixture(scope="module")
def told(planted: Path) -> Told:
    """A local cluster with an intruder at its ports."""
    command = [sys.executable, "-c", HOST]
    with subprocess.Popen(
        command, cwd=ROOT, env=os.environ | {"TMPDIR": str(planted)}, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as host:
        assert host.stdout is not None
        facts = json.loads(host.stdout.readline())
        found = answers_to_intruder(facts["ports"])
        host.communicate(b"\n")
    assert host.returncode == 0
    return Told(facts["ports"], Path(facts["folder"]), found)


def test_nobody_without_the_certificate_is_answered(told: Told) -> None:
    """Neither by the scheduler nor by the nanny nor by the worker; and nothing else listens, such as a dashboard."""
    assert told.answers == {str(port): {} for port in told.ports}
    assert len(told.ports) == 3


def test_he_would_get_in_over_tcp(scheduler: str) -> None:
    """The intruder is one: Dask's own ways lead into a cluster without certificates."""
    port = scheduler.rpartition(":")[2]
    assert "'type': 'Scheduler'" in answers_to_intruder([int(port)])[port][WAYS[0].__name__]


def test_workers_write_where_nobody_else_can(told: Told, planted: Path) -> None:
    """What lies in a worker's folder can be imported by it, and others could have put it there."""
    assert planted / "dask-scratch-space" not in told.folder.parents
    within = planted / told.folder.relative_to(planted).parts[0]
    assert stat.S_IMODE(within.stat().st_mode) == 0o700
    assert not told.folder.exists()


@pytest.mark.parametrize("taken", ["open to all", "a link", "a file", "another user's"])
def test_a_folder_that_others_made_is_not_taken(taken: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A new one is, each time; one's own is used again."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    usual = private_folder()
    assert private_folder() == usual
    usual.rmdir()
    if taken == "a link":
        (tmp_path / "target").mkdir(mode=0o700)
        usual.symlink_to(tmp_path / "target")
    elif taken == "a file":
        usual.touch(0o600)
    else:
        usual.mkdir(mode=0o700)
        if taken == "open to all":
            usual.chmod(0o777)
        elif os.geteuid() == 0:
            os.chown(usual, NOBODY, NOBODY)
        else:
            require([], as_root=True)
    folder = private_folder()
    assert folder != usual
    assert stat.S_IMODE(folder.lstat().st_mode) == 0o700
    assert folder.stat().st_uid == os.getuid()

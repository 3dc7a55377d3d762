"""`manage.py up` as a person types it, in a fresh copy of the project."""

import http.client
import shutil
import sys
from pathlib import Path

import pytest

from config.embedded import folders
from tests.faults.embedded import Instance, leaving_nothing, processes_of, until

pytestmark = pytest.mark.faults

NOT_IN_A_CLONE = (".*", "staticfiles", "__pycache__", "*.mo", "test-results")


@pytest.mark.timeout(600)  # a first start migrates, compiles, collects and loads the demo data
def test_it_serves_pages_and_does_jobs_and_ctrl_c_leaves_nothing(roomy: Path) -> None:
    project = roomy / "邻里 project"
    shutil.copytree(folders.PROJECT, project, ignore=shutil.ignore_patterns(*NOT_IN_A_CLONE))
    data = project / ".linli"
    command = (sys.executable, "manage.py", "up")
    with leaving_nothing(data):
        instance = Instance(data, command=command, project=project, environment={"LINLI_DATA": ""}).start()

        assert "password linli-demo-2026" in instance.output.splitlines()[-1]
        assert page(instance, "/login/").startswith("200")
        until(lambda: "ready" in (data / "log/worker.log").read_text(), seconds=30)
        assert {process.name() for process in processes_of(data)} >= {"postgres", "valkey-server"}
        for name in ("relay", "beat", "worker", "web"):
            assert instance.service(name).is_running()
        assert instance.interrupt() == 0
        assert "started again" not in instance.output


def page(instance: Instance, path: str) -> str:
    connection = http.client.HTTPConnection("127.0.0.1", instance.port, timeout=20)
    connection.request("GET", path)
    answer = connection.getresponse()
    text = f"{answer.status} {answer.read().decode()}"
    connection.close()
    return text

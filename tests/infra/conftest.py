"""The templates of one deployment, written once a session, and the graph that they describe."""

import importlib.util
import json
import os
import sys
from pathlib import Path

import pytest

from infra.__main__ import use_packaged_node

_here = Path(__file__).parent


def _load(name: str, path: Path) -> object:
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


_lake = _load("lake_conftest_of_infra", _here.parent / "lake" / "conftest.py")
s3_server, s3_url = _lake.s3_server, _lake.s3_url  # type: ignore[attr-defined]
graph = _load("infra_graph", _here / "graph.py")

CONTEXT = {
    "shopOrigin": "https://shop.example",
    "adminCidr": "198.51.100.7/32",
    "oltpCidrs": "203.0.113.0/24,203.0.114.9/32",
    "alarmEmail": "ops@shop.example",
}


def synthesized(folder: Path, context: dict[str, str]) -> "graph.Assembly":  # type: ignore[name-defined]
    use_packaged_node()
    from infra.synth import synthesize

    environment = os.environ.pop("AWS_REGION", None)
    try:
        synthesize(context, output=folder)
    finally:
        if environment:
            os.environ["AWS_REGION"] = environment
    return graph.Assembly(  # type: ignore[attr-defined]
        {
            path.name.split(".")[0]: json.loads(path.read_text())
            for path in sorted(folder.glob("*.template.json"))
        }
    )


@pytest.fixture(scope="session")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the reference deployment; cdk-nag has passed over it."""
    folder = tmp_path_factory.mktemp("reference")
    synthesized(folder, CONTEXT)
    return folder


@pytest.fixture(scope="session")
def reference(templates: Path) -> "graph.Assembly":  # type: ignore[name-defined]
    return graph.Assembly.read(templates)  # type: ignore[attr-defined]


@pytest.fixture(scope="session")
def optional(tmp_path_factory: pytest.TempPathFactory) -> "graph.Assembly":  # type: ignore[name-defined]
    """Every option switched on: a private OLTP host, SSM endpoints, flow logs, a retention."""
    context = {
        "privateOltp": "true",
        "ssmEndpoints": "true",
        "flowLogs": "true",
        "retentionDays": "400",
    }
    return synthesized(tmp_path_factory.mktemp("optional"), context)

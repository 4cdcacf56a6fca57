"""The templates pass the linters, every exception has its reason, and nonsense is refused."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from infra import exceptions
from infra.__main__ import main
from infra.config import ConfigError, context_key, context_keys, read_config

ROOT = Path(__file__).parents[2]


def test_cfn_lint_finds_nothing(templates: Path) -> None:
    # W3005: the CDK names a dependency that a reference enforces already.
    said = subprocess.run(
        [str(Path(sys.executable).with_name("cfn-lint")), "--ignore-checks", "W3005", "--",
         *map(str, sorted(templates.glob("*.template.json")))],
        check=False, capture_output=True, text=True,
    )  # fmt: skip
    assert (said.returncode, said.stdout) == (0, "")


def test_every_exception_from_cdk_nag_has_a_reason() -> None:
    reasons = [
        value for name, value in vars(exceptions).items()
        if name.isupper() and isinstance(value, str) and not value.startswith("Resource::")
    ]  # fmt: skip
    assert len(reasons) >= 9
    assert all(len(reason.split()) >= 6 for reason in reasons)


def test_each_stack_is_a_template_of_its_own(templates: Path) -> None:
    assert {path.name.split(".")[0] for path in templates.glob("*.template.json")} == {
        f"clickstream-{name}" for name in ("network", "data", "hosts", "frontend")
    }


def test_user_data_fits_and_names_no_secret(templates: Path) -> None:
    hosts = json.loads((templates / "clickstream-hosts.template.json").read_text())
    found = [
        json.dumps(one["Properties"]["UserData"])
        for one in hosts["Resources"].values()
        if one["Type"] == "AWS::EC2::Instance"
    ]
    assert len(found) == 2
    for text in found:
        assert len(text) < 12_000  # of 16 KB
        assert "password" not in text.lower()


@pytest.mark.unit
@pytest.mark.parametrize(
    ("context", "key"),
    [
        pytest.param({"oltpCidrs": "0.0.0.0/0"}, "oltpCidrs", id="the whole world"),
        pytest.param({"oltpCidrs": "10.0.0.1/33"}, "oltpCidrs", id="no network"),
        pytest.param({"adminCidr": "0.0.0.0/1"}, "adminCidr", id="half the world"),
        pytest.param({"shopOrigin": "*"}, "shopOrigin", id="any origin"),
        pytest.param({"shopOrigin": "https://a.example/"}, "shopOrigin", id="an address"),
        pytest.param({"region": "Singapore"}, "region", id="no region"),
        pytest.param({"architecture": "x86_64"}, "warehouseInstance", id="another architecture"),
        pytest.param({"budgetUsd": "-1"}, "budgetUsd", id="no budget"),
        pytest.param({"flowLogs": "perhaps"}, "flowLogs", id="no switch"),
        pytest.param(
            {"privateOltp": "true", "adminCidr": "198.51.100.7/32"}, "privateOltp", id="both"
        ),
    ],
)
def test_a_context_that_makes_no_sense_is_named(context: dict[str, str], key: str) -> None:
    with pytest.raises(ConfigError, match=key):
        read_config(context)


@pytest.mark.unit
def test_a_region_without_a_known_prefix_list_says_how_to_find_it() -> None:
    with pytest.raises(ConfigError, match="describe-managed-prefix-lists"):
        _ = read_config({"region": "ap-east-1"}).s3_addresses
    assert read_config({"region": "ap-east-1", "s3PrefixList": "pl-1"}).s3_addresses == "pl-1"


@pytest.mark.unit
def test_any_origin_may_send_to_a_trial_alone() -> None:
    assert read_config({"development": "true"}).allowed_origins == ["*"]
    assert read_config({"shopOrigin": "https://a.example"}).allowed_origins == ["https://a.example"]


def test_the_command_ends_with_2_and_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["-c", "oltpCidrs=0.0.0.0/0"]) == 2
    assert capsys.readouterr().err.count("\n") == 1


@pytest.mark.unit
def test_every_context_value_is_in_the_guide() -> None:
    guide = (ROOT / "docs" / "aws.md").read_text(encoding="utf-8")
    assert {key for key in context_keys() if f"`{key}`" not in guide} == set()
    assert context_key("shop_origin") == "shopOrigin"


@pytest.mark.unit
def test_the_guide_names_only_stacks_and_make_targets_that_exist() -> None:
    guide = (ROOT / "docs" / "aws.md").read_text(encoding="utf-8")
    stacks = set(re.findall(r"cdk \w+ (clickstream-[\w-]+)", guide))
    assert stacks <= {f"clickstream-{name}" for name in ("network", "data", "hosts", "frontend")}
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert set(re.findall(r"`?make ([a-z-]+)`?", guide)) <= targets

"""The network and data stacks on this machine: an emulator of AWS runs the real functions.

`python -m infra.emulator` (`make aws-local`) prints addresses and goes on until Ctrl-C. Left out
are what no emulator has (`NOT_EMULATED`) and the demand for TLS; the schedule fires every minute
instead of every 30. The emulated functions run on this machine's own network, in no subnet.
"""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import boto3
import psycopg
from botocore.config import Config as BotoConfig
from psycopg import sql

from clickstream.warehouse.connect import connect
from clickstream.warehouse.migrate import migrate
from clickstream.warehouse.server import EmbeddedServer
from infra.__main__ import use_packaged_node

REGION: Final = "ap-southeast-1"
ACCOUNT: Final = "123456789012"
STACKS: Final = ("clickstream-network", "clickstream-data")
NOT_EMULATED: Final = frozenset({
    "AWS::Budgets::Budget",
    "AWS::EC2::InstanceConnectEndpoint",
    "AWS::EC2::SecurityGroupEgress",
    "AWS::EC2::SecurityGroupIngress",
    "AWS::EC2::Volume",
})  # fmt: skip
WITH_POLICY: Final = frozenset({
    "AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy",
})  # fmt: skip
LOGIN: Final = "clickstream_lambda"
PATIENCE: Final = 60.0


@dataclass(frozen=True)
class Deployment:
    """Where things are, and what an administrator may call."""

    port: int
    session: boto3.Session
    outputs: Mapping[str, str]
    warehouse_url: str
    """The owner's, on the server's socket."""
    server_port: int
    log: Path

    def client(self, service: str, **credentials: str) -> Any:  # noqa: ANN401 - made while running
        """A client of one service: the administrator's, or that of the credentials given."""
        return self.session.client(
            service,
            endpoint_url=f"http://127.0.0.1:{self.port}",
            config=BotoConfig(
                retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}, read_timeout=120
            ),
            **credentials,
        )

    @property
    def collector_url(self) -> str:
        """The API's address; browsers and curl take every name below localhost for this machine."""
        return f"http://{self.api_host}:{self.port}/clickstream"

    @property
    def api_host(self) -> str:
        api = self.outputs["CollectorUrl"].partition("//")[2].partition(".")[0]
        return f"{api}.execute-api.localhost"


@contextmanager
def deployed(folder: Path) -> Iterator[Deployment]:
    """Both stacks, a PostgreSQL, and the password in the vault, for the length of a block."""
    templates = _synthesized(folder / "cdk.out")
    with ExitStack() as stack:
        server_port = free_port()
        server = EmbeddedServer(folder / "data", port=server_port)
        stack.enter_context(server)
        password = _prepare_warehouse(server.url)
        port = free_port()
        log = folder / "emulator.log"
        stack.enter_context(_emulator(port, log))
        session = boto3.Session("test", "test", region_name=REGION)
        started = Deployment(port, session, {}, server.url, server_port, log)
        outputs = _deploy(started, templates)
        ready = Deployment(port, session, outputs, server.url, server_port, log)
        url = f"postgresql://{LOGIN}:{password}@127.0.0.1:{server_port}/clickstream"
        ready.client("s3").put_object(
            Bucket=outputs["VaultBucket"], Key="warehouse/etl", Body=url.encode()
        )
        yield ready


def _synthesized(output: Path) -> Path:
    """The templates of a development deployment, its functions built for this interpreter."""
    use_packaged_node()
    from infra.packages import Target  # noqa: PLC0415 - the CDK starts Node when it is loaded
    from infra.synth import synthesize  # noqa: PLC0415

    architecture = {"aarch64": "arm64"}.get(os.uname().machine, os.uname().machine)
    context = {"development": "true", "architecture": architecture}
    if architecture == "x86_64":
        context |= {"warehouseInstance": "t3.medium", "oltpInstance": "t3.micro"}
    return synthesize(context, output=output, target=Target.here(), nag=False)


def _prepare_warehouse(url: str) -> str:
    """The password of the ETL's login, made now; what `host/prepare.py` does on a real host."""
    password = secrets.token_urlsafe(24)
    with connect(url) as connection:
        migrate(connection)
    with psycopg.connect(url, autocommit=True) as admin:
        login = sql.Identifier(LOGIN)
        admin.execute(sql.SQL("drop role if exists {}").format(login))
        admin.execute(sql.SQL("create role {} login password {}").format(login, password))
        admin.execute(sql.SQL("grant clickstream_etl to {}").format(login))
    return password


@contextmanager
def _emulator(port: int, log: Path) -> Iterator[None]:
    """MiniStack with its authorization switched on, on the loopback alone."""
    environment = {name: value for name, value in os.environ.items() if not _is_foreign(name)}
    environment |= {
        "AUTH": "true",
        "BIND_HOST": "127.0.0.1",
        "GATEWAY_PORT": str(port),
        "MINISTACK_REGION": REGION,
        "MINISTACK_ACCOUNT_ID": ACCOUNT,
        "IOT_MTLS_ENABLED": "0",
        "SFTP_ENABLED": "0",
        "LAMBDA_ASYNC_RETRY_BASE_SECONDS": "1",
        "LAMBDA_ASYNC_RETRY_MAX_SECONDS": "1",
    }
    program = Path(sys.executable).with_name("ministack")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [str(program)], env=environment, stdout=output, stderr=output, start_new_session=True
        )
    try:
        _await_health(port, process, log)
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait(10)


def _is_foreign(name: str) -> bool:
    """Whether a variable of this shell would leak into the emulated functions."""
    return name.startswith(("AWS_", "CLICKSTREAM_", "PG", "PYTHON")) or name == "RAW_BUCKET_NAME"


def _await_health(port: int, process: "subprocess.Popen[bytes]", log: Path) -> None:
    deadline = time.monotonic() + PATIENCE
    url = f"http://127.0.0.1:{port}/_ministack/health"
    while True:
        try:
            with urllib.request.urlopen(url, timeout=2):
                return
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            if process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"no emulator: {log.read_text()[-2000:]}") from None
            time.sleep(0.1)


def _deploy(to: Deployment, templates: Path) -> dict[str, str]:
    """Deploy stack by stack, as the CDK does into an account that was bootstrapped."""
    to.client("ssm").put_parameter(
        Name="/cdk-bootstrap/hnb659fds/version", Value="30", Type="String"
    )
    bucket = f"cdk-hnb659fds-assets-{ACCOUNT}-{REGION}"
    to.client("s3").create_bucket(
        Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    outputs: dict[str, str] = {}
    for name in STACKS:
        _publish_assets(to, templates, name, bucket)
        template = json.loads((templates / f"{name}.template.json").read_text())
        outputs |= _create_stack(to, name, emulated(template))
    return outputs


def emulated(template: dict[str, Any]) -> dict[str, Any]:
    """The template without what is not emulated, and with a schedule to watch."""
    dropped = {name for name, one in template["Resources"].items() if one["Type"] in NOT_EMULATED}
    kept = {name: one for name, one in template["Resources"].items() if name not in dropped}
    for resource in kept.values():
        after = resource.get("DependsOn", [])
        names = [after] if isinstance(after, str) else after
        resource["DependsOn"] = [name for name in names if name not in dropped]
        if resource["Type"] == "AWS::Events::Rule":
            resource["Properties"]["ScheduleExpression"] = "rate(1 minute)"
        if resource["Type"] in WITH_POLICY:
            _allow_plain_http(resource["Properties"]["PolicyDocument"])
    outputs = {
        name: one for name, one in template.get("Outputs", {}).items()
        if not dropped & set(_references(one))
    }  # fmt: skip
    return {**template, "Resources": kept, "Outputs": outputs}


def _allow_plain_http(policy: dict[str, Any]) -> None:
    """Drop what demands TLS: the functions' S3 client takes no certificate of an emulator's own."""
    policy["Statement"] = [
        one for one in policy["Statement"]
        if not {"aws:SecureTransport", "s3:TlsVersion"} & set(_condition_keys(one))
    ]  # fmt: skip


def _condition_keys(statement: dict[str, Any]) -> Iterator[str]:
    for operator in statement.get("Condition", {}).values():
        yield from operator


def _references(value: object) -> Iterator[str]:
    """Every logical name that a part of a template refers to."""
    if isinstance(value, dict):
        if isinstance(name := value.get("Ref"), str):
            yield name
        if isinstance(found := value.get("Fn::GetAtt"), list):
            yield str(found[0])
        for part in value.values():
            yield from _references(part)
    elif isinstance(value, list):
        for part in value:
            yield from _references(part)


def _publish_assets(to: Deployment, templates: Path, stack: str, bucket: str) -> None:
    manifest = json.loads((templates / f"{stack}.assets.json").read_text())
    for asset in manifest["files"].values():
        source = templates / asset["source"]["path"]
        (place,) = asset["destinations"].values()
        body = _zipped(source) if source.is_dir() else source.read_bytes()
        to.client("s3").put_object(Bucket=bucket, Key=place["objectKey"], Body=body)


def _zipped(folder: Path) -> bytes:
    with tempfile.TemporaryFile() as buffer:
        with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
            for path in sorted(path for path in folder.rglob("*") if path.is_file()):
                archive.write(path, path.relative_to(folder))
        buffer.seek(0)
        return buffer.read()


def _create_stack(to: Deployment, name: str, template: dict[str, Any]) -> dict[str, str]:
    formation = to.client("cloudformation")
    formation.create_stack(
        StackName=name,
        TemplateBody=json.dumps(template),
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
    )
    deadline = time.monotonic() + PATIENCE
    while True:
        (stack,) = formation.describe_stacks(StackName=name)["Stacks"]
        if stack["StackStatus"] == "CREATE_COMPLETE":
            return {one["OutputKey"]: one["OutputValue"] for one in stack.get("Outputs", [])}
        if "IN_PROGRESS" not in stack["StackStatus"] or time.monotonic() > deadline:
            events = formation.describe_stack_events(StackName=name)["StackEvents"]
            why = [one["ResourceStatusReason"] for one in events if one.get("ResourceStatusReason")]
            raise RuntimeError(f"{name}: {stack['StackStatus']}: {why}")
        time.sleep(0.1)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def main() -> None:
    folder = Path(tempfile.mkdtemp(prefix="clickstream-aws-"))
    folder.chmod(0o711)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        with deployed(folder) as here:
            print(_welcome(here), flush=True)
            signal.pause()
    except KeyboardInterrupt:
        pass
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _welcome(here: Deployment) -> str:
    return f"""
The stacks {" and ".join(STACKS)} are deployed on this machine; Ctrl-C ends and forgets them.

  send      curl -d '{{"eventName": "page_view", "clientId": "me"}}' {here.collector_url}
  AWS       http://127.0.0.1:{here.port}, access key and secret "test", region {REGION}
  lake      s3://{here.outputs["RawBucket"]}
  log       {here.log}
  look      CLICKSTREAM_WAREHOUSE_URL='{here.warehouse_url}' .venv/bin/clickstream report events

The ETL runs every minute.
"""


if __name__ == "__main__":
    main()

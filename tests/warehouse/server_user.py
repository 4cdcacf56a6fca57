"""Use the embedded server of a data folder until standard input ends; a program for the tests."""

import sys
from pathlib import Path

from clickstream.warehouse.server import EmbeddedServer

data_dir, source = sys.argv[1:3]
server = EmbeddedServer(Path(data_dir), prefer=source)  # type: ignore[arg-type]
print(server.start(), flush=True)
sys.stdin.read()
print("stopped" if server.stop() else "left", flush=True)

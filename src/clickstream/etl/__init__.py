"""What is new in the lake, made into sessions, orders and numbers in the warehouse."""

from clickstream.etl.discover import Window
from clickstream.etl.rules import Rules
from clickstream.etl.run import Options, RunReport, Status, run

__all__ = ["Options", "Rules", "RunReport", "Status", "Window", "run"]

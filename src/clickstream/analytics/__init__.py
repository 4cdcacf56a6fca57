"""Every question that a shop asks of its clickstream, answered as docs/metrics.md defines."""

from clickstream.analytics.options import ReportOptions
from clickstream.analytics.registry import KINDS
from clickstream.analytics.report import Column, Report, Row
from clickstream.analytics.run import arun_report, keep_results, report_sql, run_report
from clickstream.analytics.saved import Saved
from clickstream.analytics.saved_tables import read_saved

__all__ = [
    "KINDS", "Column", "Report", "ReportOptions", "Row", "Saved", "arun_report", "keep_results",
    "read_saved", "report_sql", "run_report",
]  # fmt: skip

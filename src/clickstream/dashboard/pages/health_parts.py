"""The parts of the Data health page, drawn from what was fetched."""

from collections.abc import Mapping
from typing import Any

from htmltools import TagChild, TagList

from clickstream.analytics import Report
from clickstream.contract.metrics import METRICS
from clickstream.dashboard import kit, tables
from clickstream.dashboard.filters import View
from clickstream.dashboard.metrics import metric, number
from clickstream.dashboard.pages.health_data import Health
from clickstream.dashboard.tables import Heading, Table, metric_heading


def headline(found: Health) -> TagChild:
    """How old the figures are, what there is, and what was not taken."""
    state, lag = found.state, metric("load_lag")
    rejected = sum(number(row["rejected"]) or 0 for row in found.runs)
    failed = sum(row["status"] == "failed" for row in found.runs)
    loaded = state["loaded_at"]
    ago = kit.moment(loaded.isoformat(), "ago") if loaded else "never"
    return kit.tiles([
        kit.Tile(lag.title, found.lag_seconds, lag.unit, lag.definition, under="behind now"),
        kit.Tile("Events held", number(state["events"]), "count",
                 "Events in the warehouse, of all time and kinds of traffic.",
                 under=_latest(ago)),
        kit.Tile("Runs", float(len(found.runs)), "count",
                 "Runs of the ETL that began in the period.", under=f"{failed} failed"),
        kit.Tile(metric("rejected").title, rejected, "count", metric("rejected").definition,
                 under="in the period"),
        kit.Tile("In quarantine", number(state["quarantined"]), "count",
                 "Lines in quarantine now, of all time. Replay them with clickstream quarantine."),
    ])  # fmt: skip


def _latest(ago: TagChild) -> TagChild:
    return TagList("loaded ", ago)


def runs_table(found: Health) -> Table:
    rows = [{**row, "why": row["error"] or _reasons(row)} for row in found.runs]
    return Table(
        label="Runs of the ETL",
        headings=[
            Heading(key="status", title="Run", unit="status"),
            Heading(key="started_at", title="Began", unit="second"),
            Heading(key="seconds", title="Took", unit="seconds"),
            Heading(key="events", title="New events", unit="count", has_bar=True),
            Heading(key="duplicates", title="Duplicates", unit="count"),
            metric_heading("rejected"),
            Heading(key="objects", title="Objects", unit="count"),
            Heading(key="bytes", title="Size", unit="bytes"),
            Heading(key="why", title="Notes"),
        ],
        rows=rows,
        order="-started_at",
        rows_per_page=10,
    )


def _reasons(row: Mapping[str, Any]) -> str:
    reasons = row["rejections"] or {}
    return ", ".join(f"{name} {count:,}" for name, count in sorted(reasons.items())) or kit.NOTHING


def draw_runs(found: Health, view: View) -> TagChild:
    if not found.runs:
        return kit.words("No run began in these dates", "Run clickstream etl, or choose more days.")
    return tables.draw(runs_table(found), view)


def rejects_table(found: Health) -> Table:
    return Table(
        label="Rejected lines by reason",
        headings=[
            Heading(key="reason", title="Reason", under="example"),
            Heading(key="lines", title="Lines", unit="count", has_bar=True),
            Heading(key="last_at", title="Latest", unit="instant"),
        ],
        rows=found.rejects,
        order="-lines",
        prefix="r",
        rows_per_page=8,
    )


def draw_rejects(found: Health, view: View) -> TagChild:
    if not found.rejects:
        return kit.words("Nothing was rejected", "Every line of these dates could be taken.")
    return tables.draw(rejects_table(found), view)


def checks_table(report: Report) -> Table:
    return Table(
        label="Checks",
        headings=[
            Heading(key="status", title="Result", unit="status"),
            Heading(key="check_name", title="Check", under="message"),
            Heading(key="observed", title="Seen", unit="number"),
            Heading(key="expected", title="Expected"),
            Heading(key="checked_at", title="When", unit="instant"),
        ],
        rows=report.rows,
        prefix="c",
        rows_per_page=8,
    )


def draw_checks(report: Report, view: View) -> TagChild:
    if not report.rows:
        return kit.words("No check has run yet", "Run clickstream check to test the data.")
    return tables.draw(checks_table(report), view)


def anomalies_table(report: Report) -> Table:
    return Table(
        label="What stood out",
        headings=[
            Heading(key="name", title="Metric", under="where"),
            Heading(key="period", title="When", unit="instant"),
            Heading(key="observed", title="Seen", unit="number"),
            Heading(key="expected", title="Expected", unit="number"),
        ],
        rows=[_anomaly(row) for row in report.rows],
        order="-period",
        prefix="a",
        rows_per_page=8,
    )  # fmt: skip


def _anomaly(row: Mapping[str, Any]) -> dict[str, Any]:
    known = METRICS.get(row["metric"])
    where = f"{row['dimension']}: {row['value']}" if row["dimension"] else "the whole shop"
    direction = "more" if row["observed"] > row["expected"] else "less"
    name = known.title if known else row["metric"]
    period = row["period"].date() if row["interval"] == "day" else row["period"]
    return {**row, "name": name, "period": period, "where": f"{where}, {direction} than expected"}


def draw_anomalies(report: Report, view: View) -> TagChild:
    if not report.rows:
        return kit.words("Nothing stood out", "No metric was other than expected in these dates.")
    return tables.draw(anomalies_table(report), view)

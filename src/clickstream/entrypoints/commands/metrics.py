"""``clickstream metrics``: the ETL and the warehouse in Prometheus's format."""
# ruff: noqa: PLC0415 - a command imports what it needs when it runs

import sys

import typer


def add_to(app: typer.Typer) -> None:
    app.command(epilog="Example: clickstream metrics > /var/lib/node_exporter/clickstream.prom")(
        metrics
    )


def metrics() -> None:
    """Print the metrics of the ETL, the warehouse and its backups, for Prometheus.

    On one machine the collector's /metrics has them too, as the ETL's loop left them. See
    docs/operations.md for what each one is, with alert rules and a dashboard.
    """
    from clickstream.entrypoints.loading import CLOCK
    from clickstream.entrypoints.settings import load_settings
    from clickstream.entrypoints.telemetry import metrics_text
    from clickstream.entrypoints.wiring import reading
    from clickstream.lake import open_lake

    settings = load_settings()
    with reading(settings) as connection:
        lake = open_lake(settings.lake_url)
        sys.stdout.write(metrics_text(settings, lake, connection, now=CLOCK()))

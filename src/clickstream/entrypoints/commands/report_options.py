"""The options of reports, under the names that analytics knows them by."""

from typing import Annotated

import typer

Compare = Annotated[
    str | None,
    typer.Option(help="previous or none: whether to show the days before (overview, trends, …)."),
]
Metrics = Annotated[
    list[str] | None, typer.Option("--metric", help="What is drawn, as often as wanted (trends).")
]
Interval = Annotated[
    str | None, typer.Option(help="hour, day, week or month (trends, retention, lifecycle).")
]
By = Annotated[
    str | None,
    typer.Option(help="The field to break down by (trends, funnel, products, attribution, …)."),
]
Limit = Annotated[int | None, typer.Option(help="Rows at most; 0 for all.")]
Steps = Annotated[
    list[str] | None,
    typer.Option(
        "--step", help="A funnel's step, in their order: an action or event name, page:/cart*, …"
    ),
]
ExcludeSteps = Annotated[
    list[str] | None,
    typer.Option(
        "--exclude-step", "--exclude-steps", help="What must not happen between two steps (funnel)."
    ),
]
Funnel = Annotated[
    str | None,
    typer.Option("--name", "--funnel", help="A saved funnel, or checkout (funnel)."),
]
Order = Annotated[
    str | None, typer.Option(help="default, strict or any: in which order steps are met (funnel).")
]
Window = Annotated[str | None, typer.Option(help="How long a funnel may take, such as 14d or 30m.")]
Unit = Annotated[str | None, typer.Option(help="visitor or session: what a funnel counts.")]
Trend = Annotated[str | None, typer.Option(help="The funnel of each hour, day, week or month.")]
Node = Annotated[
    str | None, typer.Option(help="page, title, event_name or action: what a journey is made of.")
]
Start = Annotated[str | None, typer.Option(help="The node that journeys start from.")]
End = Annotated[str | None, typer.Option(help="The node that journeys lead to.")]
Length = Annotated[int | None, typer.Option(help="Nodes of a journey at most, 2 to 10.")]
Merge = Annotated[
    list[str] | None, typer.Option(help="Pages taken for one, such as /products/* (journeys).")
]
MergeRepeats = Annotated[
    bool | None, typer.Option("--merge-repeats", help="Take repeats of a node for one (journeys).")
]
FromFirst = Annotated[
    str | None, typer.Option(help="visit, purchase or any: what makes a cohort (retention).")
]
OnOrAfter = Annotated[
    bool | None,
    typer.Option("--on-or-after", help="Retained in a period or any later one (retention)."),
]
Model = Annotated[
    str | None,
    typer.Option(help="How credit is shared: last_non_direct, linear, markov, … (attribution)."),
]
Lookback = Annotated[
    str | None,
    typer.Option(help="How long before an order a visit counts, such as 30d (attribution)."),
]
Kind = Annotated[
    str | None,
    typer.Option(help="rfm, behaviour, lifecycle (segments); sales, carts, prices (products)."),
]
Minutes = Annotated[int | None, typer.Option(help="How many minutes back (live).")]
Before = Annotated[
    str | None, typer.Option(help="An event's id: those that come after it in the list (sample).")
]
Event = Annotated[str | None, typer.Option(help="An event's id: that one, whole (sample).")]
TimeUnit = Annotated[
    str | None, typer.Option(help="day, week, month or year: what time is counted in (value).")
]
CalibrationEnd = Annotated[
    str | None,
    typer.Option(help="The last day, or instant, whose orders the models are fitted to (value)."),
]
Horizon = Annotated[
    str | None, typer.Option(help="How far ahead is looked, such as 52w or 90d (value).")
]
Monetary = Annotated[
    str | None,
    typer.Option(help="repeat or all: whether the first purchase counts in the mean (value)."),
]
Tolerance = Annotated[
    str | None,
    typer.Option(help="How far equal values may differ: 0.01, or 1% of the shop's (reconcile)."),
]
UncountedStatus = Annotated[
    list[str] | None,
    typer.Option(
        "--uncounted-status",
        help="A shop's status that is no sale, instead of cancelled, pending, … (reconcile).",
    ),
]

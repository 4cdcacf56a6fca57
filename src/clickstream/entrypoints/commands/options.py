"""Options that several commands share."""

from typing import Annotated

import typer

from clickstream.entrypoints.formats import Format

FormatOption = Annotated[
    Format, typer.Option("--format", help="A table to read, or JSON or CSV for a program.")
]

"""The dashboard as an ASGI application: the Shiny app behind its safeguards."""

import asyncio
import datetime as dt
import hashlib
import logging
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

import psycopg
from shiny import App, ui
from starlette.applications import Starlette
from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from clickstream.analytics import Saved
from clickstream.analytics.saved import BUILT_IN_ONLY
from clickstream.dashboard.assets import Kept
from clickstream.dashboard.desk import LATE_AFTER, Office
from clickstream.dashboard.export import to_csv
from clickstream.dashboard.filters import read_view
from clickstream.dashboard.guard import Guard, content_policy
from clickstream.dashboard.pages.acquisition import ACQUISITION
from clickstream.dashboard.pages.attribution import ATTRIBUTION
from clickstream.dashboard.pages.customers import CUSTOMERS
from clickstream.dashboard.pages.events import EVENTS
from clickstream.dashboard.pages.funnels import FUNNELS
from clickstream.dashboard.pages.health import HEALTH
from clickstream.dashboard.pages.journeys import JOURNEYS
from clickstream.dashboard.pages.live import LIVE
from clickstream.dashboard.pages.orders import ORDERS
from clickstream.dashboard.pages.overview import OVERVIEW
from clickstream.dashboard.pages.page import Page
from clickstream.dashboard.pages.products import PRODUCTS
from clickstream.dashboard.pages.retention import RETENTION
from clickstream.dashboard.pages.trends import TRENDS
from clickstream.dashboard.queries import Answers, Source
from clickstream.dashboard.session import make_server
from clickstream.dashboard.shell import document
from clickstream.dashboard.signin import Door, SignIn
from clickstream.dashboard.signin import middleware as gate
from clickstream.dashboard.source import OpenConnection, WarehouseSource
from clickstream.errors import ReportError, WarehouseError

UNDRAWN: Final = "This could not be drawn; the dashboard's log says why."
WWW: Final = Path(__file__).parent / "www"
PAGES: Final[Sequence[Page]] = (
    OVERVIEW,
    LIVE,
    TRENDS,
    JOURNEYS,
    FUNNELS,
    RETENTION,
    ACQUISITION,
    ATTRIBUTION,
    PRODUCTS,
    ORDERS,
    CUSTOMERS,
    EVENTS,
    HEALTH,
)
log = logging.getLogger(__name__)


def create_app(
    open_connection: OpenConnection,
    *,
    clock: Callable[[], dt.datetime],
    collector_url: str,
    allowed_origins: Sequence[str] = (),
    saved: Saved = BUILT_IN_ONLY,
    sign_in: SignIn | None = None,
    late_after: dt.timedelta = LATE_AFTER,
) -> ASGIApp:
    """The dashboard over a warehouse.

    ``open_connection`` opens a reader's connection in autocommit; ``clock`` gives the instant now
    in the report's time zone; ``allowed_origins`` are further addresses, beside the one that it is
    served under, from which a browser may open its websocket; ``sign_in`` says who may come in,
    everybody without one; ``late_after`` after how long without a load the pages say so.
    """
    return assemble(
        WarehouseSource(open_connection, clock, saved),
        clock=clock,
        collector_url=collector_url,
        allowed_origins=allowed_origins,
        saved=saved,
        sign_in=sign_in,
        late_after=late_after,
    )


def assemble(
    source: Source,
    *,
    clock: Callable[[], dt.datetime],
    collector_url: str,
    allowed_origins: Sequence[str] = (),
    saved: Saved = BUILT_IN_ONLY,
    sign_in: SignIn | None = None,
    late_after: dt.timedelta = LATE_AFTER,
) -> ASGIApp:
    """The dashboard over any source of answers."""
    office = Office(Answers(source), clock, collector_url, explain, saved, late_after)
    page = ui.page_html(document(PAGES, version=_assets_version(), has_sign_in=sign_in is not None))
    shiny_app = App(page, make_server(PAGES, office))
    shiny_app.sanitize_errors = True
    shiny_app.sanitize_error_msg = UNDRAWN
    html = shiny_app.ui["html"] if isinstance(shiny_app.ui, dict) else ""
    guard = Middleware(Guard, policy=content_policy(html), allowed_origins=tuple(allowed_origins))

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        first = asyncio.create_task(office.state())  # opens the connection that all will want
        yield
        first.cancel()
        await shiny_app.stop()
        await source.close()

    return Starlette(
        routes=[
            Route("/health", _health),
            *(Door(sign_in, clock, allowed_origins).routes() if sign_in else ()),
            Route("/export/{name}.csv", _export_of(office)),
            Mount("/assets", app=StaticFiles(directory=WWW)),
            Mount("/", app=_fetching_ahead(shiny_app, office)),
        ],
        middleware=[
            guard,
            *(gate(sign_in, clock) if sign_in else ()),
            Middleware(Kept),
            Middleware(GZipMiddleware, minimum_size=800, compresslevel=6),
        ],
        lifespan=lifespan,
    )


def explain(error: Exception) -> str:
    """An error in words for the reader of a page: what is wrong and what to do, without a trace."""
    match error:
        case WarehouseError() | psycopg.OperationalError():
            if isinstance(error, psycopg.errors.QueryCanceled):
                return "It took too long. Choose fewer days or fewer filters."
            return (
                "The warehouse does not answer. Look with `clickstream doctor`; "
                "this page tries again by itself."
            )
        case psycopg.errors.UndefinedTable() | psycopg.errors.UndefinedColumn():
            return "The warehouse's tables are of another version. Run `clickstream migrate`."
        case ReportError():
            return str(error)
    return "Something unexpected happened; the dashboard's log says what."


def _fetching_ahead(app: ASGIApp, office: Office) -> ASGIApp:
    """The application; as its document is asked for, the figures of its page are, too."""

    async def fetching(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == "/" and _is_visit(Headers(scope=scope)):
            view = read_view(scope["query_string"].decode("latin-1"), [page.key for page in PAGES])
            page = next(page for page in PAGES if page.key == view.page)
            office.fetch_ahead(page.fetches, view)
        await app(scope, receive, send)

    return fetching


def _is_visit(headers: Headers) -> bool:
    """Whether a browser opens the page itself, not another site's page in its name."""
    site = headers.get("sec-fetch-site", "cross-site")
    return headers.get("sec-fetch-dest") == "document" and site != "cross-site"


async def _health(_: Request) -> Response:
    return JSONResponse({"status": "ok"})


def _export_of(office: Office) -> Callable[[Request], object]:
    exports = {
        f"{page.key}-{name}": export for page in PAGES for name, export in page.exports.items()
    }

    async def export(request: Request) -> Response:
        name = request.path_params["name"]
        if name not in exports:
            return PlainTextResponse(f"There is no table {name}.\n", status_code=404)
        view = read_view(request.url.query, [page.key for page in PAGES])
        try:
            sheet = await exports[name](office, view)
        except Exception as error:
            log.exception("The table %s could not be taken away", name)
            return PlainTextResponse(explain(error) + "\n", status_code=503)
        period = office.period(view.filters)
        file = f"{name}_{period.start}_{period.end}.csv"
        headers = {"Content-Disposition": f'attachment; filename="{file}"'}
        text = to_csv(sheet.head, sheet.rows)
        return Response(text, media_type="text/csv; charset=utf-8", headers=headers)

    return export


def _assets_version() -> str:
    """A short hash of what is served beside the page, so that browsers never mix two versions."""
    seen = hashlib.sha256()
    for path in sorted(WWW.glob("*.*")):
        seen.update(path.read_bytes())
    return seen.hexdigest()[:10]

"""The storefront on this machine: a database of its own, an issuer, the shop's API, the pages."""

import contextlib
import os
import secrets
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from clickstream.entrypoints.ports import answers, refuse_taken_port
from clickstream.entrypoints.service import Service, our_command
from clickstream.entrypoints.settings import Settings
from clickstream.entrypoints.supervisor import Supervisor
from clickstream.entrypoints.wiring import PREFERRED
from clickstream.errors import ClickstreamError
from clickstream.warehouse.opened import WarehouseSettings, open_warehouse

FOLDER: Final = Path("storefront")
STOREFRONT, API, ISSUER = "storefront", "shop API", "issuer"
ORDER: Final = (STOREFRONT, API, ISSUER)
"""The order in which they are stopped."""
AUDIENCE: Final = "https://shop-api.local"
LOCAL_CLIENT: Final = {"OIDC_CLIENT_ID": "storefront", "OIDC_RESOURCE": AUDIENCE}
"""What the local issuer knows the storefront and the API as."""
READY_SECONDS: Final = 60.0


@dataclass(frozen=True, kw_only=True)
class Storefront:
    """The shop beside the platform. Its database is another server than the warehouse's."""

    settings: Settings
    port: int
    node: str
    say: Callable[[str], None]
    folder: Path = FOLDER

    @classmethod
    def find(cls, settings: Settings, *, port: int, say: Callable[[str], None]) -> "Storefront":
        """The storefront of the working folder, which must have been built."""
        built = FOLDER / ".next" / "node"
        if not built.exists() or not Path(node := built.read_text().strip()).exists():
            raise ClickstreamError(
                f"There is no storefront in {FOLDER.absolute()} that could be started. In the "
                "platform's checkout, `make shop` builds and starts it."
            )
        return cls(settings=settings, port=port, node=node, say=say, folder=FOLDER.absolute())

    @property
    def url(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def issuer_port(self) -> int:
        return self.port + 1

    @property
    def issuer(self) -> str:
        return self.settings.oidc_issuer or f"http://localhost:{self.issuer_port}"

    @property
    def lines(self) -> list[str]:
        """What a person wants to know of it."""
        return [
            f"Shop        {self.url}",
            f"Shop API    {self.settings.shop_url}/openapi.json",
        ]

    def refuse_taken_ports(self) -> None:
        """Raise where one of its ports is in use."""
        for port in (self.port, self.issuer_port):
            refuse_taken_port("127.0.0.1", port, "clickstream up --shop --shop-port")
        refuse_taken_port(self.settings.shop_host, self.settings.shop_port, "SHOP_PORT=8091 …")

    def bring_up(self, supervisor: Supervisor, stopped_last: contextlib.ExitStack) -> None:
        """Start everything of it; the database is made, and filled with the catalogue, if new."""
        self.say("Preparing the shop's own database")
        url = stopped_last.enter_context(self._database())
        environment = self._environment(url)
        for script in ("migrate", "seed"):
            command = (self.node, str(self.folder / "scripts" / f"{script}.mjs"))
            supervisor.run(Service(name=script, command=command, environment=environment))
        for service in self._services(environment):
            supervisor.start(service)
        if not supervisor.wait_until(lambda: answers(self.port, "/health"), seconds=READY_SECONDS):
            self.say(
                f"The storefront has not answered on port {self.port} for {READY_SECONDS:g} "
                "seconds; its log may say why. It is tried on."
            )

    def _services(self, environment: Mapping[str, str]) -> list[Service]:
        pages = self.folder / ".next" / "standalone" / "server.js"
        api = Service(name=API, command=our_command("shop"), environment=environment)
        storefront = Service(name=STOREFRONT, command=self._node(pages), environment=environment)
        if self.settings.oidc_issuer:
            return [api, storefront]
        program = self._node(self.folder / "dev" / "issuer.mjs")
        return [Service(name=ISSUER, command=program, environment=environment), api, storefront]

    def _node(self, program: Path) -> tuple[str, ...]:
        lifeline = (self.folder / "scripts" / "lifeline.mjs").as_uri()
        return (self.node, "--import", lifeline, str(program))

    @contextlib.contextmanager
    def _database(self) -> Iterator[str]:
        """The URL of the shop's database: the one that is named, or a server of its own."""
        settings = self.settings
        embedded = WarehouseSettings(
            data_dir=settings.data_dir / "shop",
            url=settings.database_url,
            prefer=PREFERRED[settings.warehouse_server],
        )
        with open_warehouse(embedded) as url:
            yield url

    def _environment(self, database_url: str) -> dict[str, str]:
        settings = self.settings
        key = f"?write_key={settings.write_keys[0]}" if settings.write_keys else ""
        return {
            "DATABASE_URL": database_url,
            "SITE_URL": self.url,
            "PORT": str(self.port),
            "HOSTNAME": "127.0.0.1",
            "ISSUER_PORT": str(self.issuer_port),
            "OIDC_ISSUER": self.issuer,
            "SHOP_AUDIENCE": settings.shop_audience or AUDIENCE,
            "SESSION_SECRET": _kept_secret(settings.data_dir / "shop" / "session.secret"),
            "NEXT_PUBLIC_CLICKSTREAM_ENDPOINT": f"{settings.collector_url}/clickstream{key}",
            "NEXT_PUBLIC_CLICKSTREAM_FLUSH_INTERVAL_MS": "1000",
            "NEXT_TELEMETRY_DISABLED": "1",
            **({} if settings.oidc_issuer else LOCAL_CLIENT),
        }


def _kept_secret(path: Path) -> str:
    """The secret of earlier starts, so that who is signed in stays so; a new one at first."""
    with contextlib.suppress(FileExistsError):
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32))
    return path.read_text()

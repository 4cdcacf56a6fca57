"""What the logins of the warehouse may do, once its migrations have made the platform's roles."""

import os
from collections.abc import Mapping

import psycopg
from psycopg import sql


def main(environment: Mapping[str, str]) -> None:
    memberships = {
        environment["HOST_LOGIN"]: "clickstream_etl",
        "clickstream_dashboard": "clickstream_reader",
    }
    socket = f"host={environment['HOST_SOCKET']} user=postgres"
    with psycopg.connect(f"{socket} dbname={environment['HOST_DATABASE']}") as admin:
        for login, role in memberships.items():
            admin.execute(
                sql.SQL("grant {} to {}").format(sql.Identifier(role), sql.Identifier(login))
            )


if __name__ == "__main__":
    main(os.environ)

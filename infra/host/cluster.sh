#!/bin/sh
# Makes the PostgreSQL cluster and its certificate where they are missing; run as its own user.
# HOST_DATA, HOST_ADDRESS (what clients connect to), HOST_CLIENTS (their networks), HOST_DATABASE.
set -eu
cluster=$HOST_DATA/postgres
host=$(dirname "$(readlink -f "$0")")

if [ ! -f "$cluster/PG_VERSION" ]; then
    rm -rf "$cluster.new"
    "${PGBIN:-/usr/bin}/initdb" --pgdata="$cluster.new" --username=postgres --auth=peer \
        --encoding=UTF8 --locale=C.UTF-8 --data-checksums >/dev/null
    mv "$cluster.new" "$cluster"
fi

# Ten years: clients are given this very certificate, and trust no other.
if [ ! -f "$cluster/server.crt" ]; then
    openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650 \
        -subj "/CN=clickstream-$HOST_KIND" -addext "subjectAltName=IP:$HOST_ADDRESS" \
        -keyout "$cluster/server.key" -out "$cluster/server.crt.new" 2>/dev/null
    chmod 600 "$cluster/server.key"
    mv "$cluster/server.crt.new" "$cluster/server.crt"
fi

{
    echo "local all postgres peer map=host"
    echo "local $HOST_DATABASE all peer map=host"
    for network in $HOST_CLIENTS; do
        echo "hostssl $HOST_DATABASE $HOST_LOGIN $network scram-sha-256"
    done
} >"$cluster/pg_hba.conf"
{
    echo "host $(id -un) postgres"
    echo "host root postgres"
    echo "host clickstream clickstream"
    echo "host clickstream-dashboard clickstream_dashboard"
} >"$cluster/pg_ident.conf"
cp "$host/postgresql.conf" "$cluster/postgresql.conf"

-- What the shop knows beside its clickstream, imported: what advertising cost, and its own orders.
-- No lake can tell these again: a rebuild keeps them.

create table spend (
    -- grain: one row a day, traffic source and currency; an empty text is one that was not given
    day date not null,
    channel text not null,
    source text not null,
    medium text not null,
    campaign text not null,
    currency text not null,
    amount numeric not null,
    clicks bigint,
    impressions bigint,
    imported_at timestamptz not null,
    primary key (day, channel, source, medium, campaign, currency)
);

create table shop_orders (
    -- grain: one row an order by the shop's own books; key: order_id
    order_id text collate "C" primary key,
    ordered_at timestamptz not null,
    value numeric not null,
    currency text,
    status text,
    imported_at timestamptz not null
);
create index shop_orders_by_time on shop_orders (ordered_at);

grant select, insert, update, delete on spend, shop_orders to clickstream_etl;
grant select on spend, shop_orders to clickstream_reader;

-- The warehouse: data tables, aggregated metrics, and the ETL's own life.
-- Text that is compared or ordered by the rules of docs/metrics.md is compared bytewise ("C").

create table events (
    -- grain: one row an event; key: event_id
    event_id text collate "C" primary key,
    event_timestamp timestamptz not null,
    time_source text not null check (time_source in ('corrected', 'received', 'imported')),
    occurred_at timestamptz,
    sent_at timestamptz,
    received_at timestamptz not null,
    loaded_at timestamptz not null default now(),
    event_name text not null,
    action text,
    visitor_id text collate "C" not null,
    identity_source text not null,
    user_id text collate "C",
    client_id text,
    client_session_id text,
    user_login_state text,
    consent text,
    -- what its session says of it: derived, and the same for all events of a session
    session_id text collate "C" not null,
    is_first_visit boolean not null,
    channel text not null,
    bot_score real not null,
    is_bot boolean generated always as (bot_score >= 0.5) stored,
    is_internal boolean not null,
    -- the page, and where it was come from
    page_url text,
    page_host text,
    page_path text,
    page_query text,
    page_title text,
    page_view_id text,
    referrer text,
    referrer_host text,
    -- the event's own traffic source; all null where it names none
    touch_channel text,
    touch_source text,
    touch_medium text,
    touch_campaign text,
    touch_term text,
    touch_content text,
    device_type text not null,
    browser text,
    os text,
    language text,
    country text,
    product_id text collate "C",
    product_name text,
    product_category text,
    product_brand text,
    product_price numeric,
    product_discount_price numeric,
    product_url_path text,
    order_id text collate "C",
    order_value numeric,
    order_tax numeric,
    order_shipping numeric,
    order_coupon text,
    -- order.value, else the sum of the lines: what the event is worth to commerce
    value numeric,
    currency text,
    search_term text,
    engagement_time_ms integer,
    scroll_percent real,
    element jsonb,
    properties jsonb,
    -- the event's own part of what its session says of it
    own_bot_score real not null,
    bot_reasons text[],
    own_internal boolean not null,
    is_key_event boolean not null,
    item_count integer not null,
    -- which of several events with one id stands, and where its payload lies
    payload_hash bytea not null,
    object_key text collate "C" not null,
    object_line integer not null
);
create index events_by_visitor on events (visitor_id, event_timestamp, event_id);
create index events_by_time on events (event_timestamp);
create index events_purchases on events ((coalesce(order_id, 'event:' || event_id)))
    where action = 'purchase';
create index events_refunds on events (order_id) where action = 'refund';

create table event_items (
    -- grain: one row a line of an event's `items`; key: event_id, position (from 0)
    event_id text collate "C" not null,
    position integer not null,
    product_id text collate "C",
    product_name text,
    product_category text,
    product_brand text,
    product_variant text,
    price numeric,
    discount_price numeric,
    quantity integer not null,
    primary key (event_id, position)
);

create view event_lines as
-- grain: one row a product line of an event: its items, else its product; key: event_id, position
select
    event_id, position, product_id, product_name, product_category, product_brand, price,
    discount_price, quantity
from event_items
union all
select
    event_id, 0, product_id, product_name, product_category, product_brand, product_price,
    product_discount_price, 1
from events
where item_count = 0 and product_id is not null;

create table sessions (
    -- grain: one row a session; key: session_id, the id of its first event
    session_id text collate "C" primary key,
    visitor_id text collate "C" not null,
    -- the user it belongs to: its own, else the visitor's latest earlier, else first later one
    user_id text collate "C",
    own_user_id text collate "C",
    started_at timestamptz not null,
    ended_at timestamptz not null,
    -- the spell of which it is a piece: its first event, and its user as far as known here
    spell_started_at timestamptz not null,
    spell_user_id text collate "C",
    is_first_visit boolean not null,
    is_engaged boolean not null,
    events integer not null,
    page_views integer not null,
    key_events integer not null,
    purchases integer not null,
    engagement_time_ms bigint not null,
    -- how far into the checkout funnel it came, 0 to 4 (docs/metrics.md)
    funnel_step smallint not null,
    entry_page_path text,
    exit_page_path text,
    page_host text,
    referrer_host text,
    channel text not null,
    source text,
    medium text,
    campaign text,
    device_type text not null,
    browser text,
    os text,
    language text,
    country text,
    is_logged_in boolean not null,
    consent text,
    bot_score real not null,
    is_bot boolean generated always as (bot_score >= 0.5) stored,
    bot_reasons text[],
    is_internal boolean not null
);
create index sessions_by_visitor on sessions (visitor_id, started_at, session_id);
create index sessions_by_time on sessions (started_at);
create index sessions_first on sessions (visitor_id) where is_first_visit;

create table visitors (
    -- grain: one row a visitor; key: visitor_id
    visitor_id text collate "C" primary key,
    user_id text collate "C",
    first_session_id text collate "C" not null,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    first_channel text not null,
    sessions integer not null,
    events integer not null,
    page_views integer not null
);

create table identities (
    -- grain: one row a sign-in of a visitor as a user; key: visitor_id, user_id
    visitor_id text collate "C" not null,
    user_id text collate "C" not null,
    first_seen_at timestamptz not null,
    last_seen_at timestamptz not null,
    sessions integer not null,
    primary key (visitor_id, user_id)
);
create index identities_by_user on identities (user_id);

create table orders (
    -- grain: one row an order; key: order_id (`event:` and the event's id where it has none)
    order_id text collate "C" primary key,
    event_id text collate "C" not null,
    ordered_at timestamptz not null,
    visitor_id text collate "C" not null,
    session_id text collate "C" not null,
    value numeric not null,
    currency text,
    tax numeric,
    shipping numeric,
    coupon text,
    quantity bigint not null,
    -- purchases with this order's id that did not found it
    duplicates integer not null,
    refunded numeric not null,
    is_bot boolean not null,
    is_internal boolean not null
);
create index orders_by_time on orders (ordered_at);
create index orders_by_visitor on orders (visitor_id, ordered_at);
create index orders_by_session on orders (session_id);

create table refunds (
    -- grain: one row a refund event; key: event_id
    event_id text collate "C" primary key,
    order_id text collate "C",
    refunded_at timestamptz not null,
    kind text not null check (kind in ('whole', 'value', 'items')),
    requested numeric,
    -- what it takes from its order: nothing until the order exists, never below zero
    value numeric not null,
    currency text,
    is_bot boolean not null,
    is_internal boolean not null
);
create index refunds_by_order on refunds (order_id);
create index refunds_by_time on refunds (refunded_at);

create table product_attributes (
    -- grain: one row a product and attribute, its latest value; key: product_id, attribute
    product_id text collate "C" not null,
    attribute text not null
        check (attribute in ('name', 'category', 'brand', 'price', 'discount_price')),
    value text not null,
    event_timestamp timestamptz not null,
    event_id text collate "C" not null,
    position integer not null,
    primary key (product_id, attribute)
);

create view products as
-- grain: one row a product, as it was last named; key: product_id
select
    product_id,
    max(case when attribute = 'name' then value end) as product_name,
    max(case when attribute = 'category' then value end) as product_category,
    max(case when attribute = 'brand' then value end) as product_brand,
    max(case when attribute = 'price' then value end)::numeric as product_price,
    max(case when attribute = 'discount_price' then value end)::numeric as product_discount_price
from product_attributes
group by product_id;

-- The aggregates: days are those of the warehouse's time zone; kept by adding what a batch changes.

create table daily_metrics (
    -- grain: one row a day and kind of traffic
    day date not null,
    is_bot boolean not null,
    is_internal boolean not null,
    events bigint not null,
    visitors bigint not null,
    page_views bigint not null,
    sessions bigint not null,
    engaged_sessions bigint not null,
    first_visits bigint not null,
    engagement_time_ms bigint not null,
    duration_ms bigint not null,
    primary key (day, is_bot, is_internal)
);

create table hourly_metrics (
    -- grain: one row an hour and kind of traffic
    hour timestamptz not null,
    is_bot boolean not null,
    is_internal boolean not null,
    events bigint not null,
    visitors bigint not null,
    page_views bigint not null,
    sessions bigint not null,
    engaged_sessions bigint not null,
    first_visits bigint not null,
    engagement_time_ms bigint not null,
    duration_ms bigint not null,
    primary key (hour, is_bot, is_internal)
);

create table daily_orders (
    -- grain: one row a day, currency (XXX: none) and kind of traffic
    day date not null,
    currency text not null,
    is_bot boolean not null,
    is_internal boolean not null,
    orders bigint not null,
    revenue numeric not null,
    refunds bigint not null,
    refunded numeric not null,
    primary key (day, currency, is_bot, is_internal)
);

create table daily_products (
    -- grain: one row a day, product, currency (XXX: none) and kind of traffic
    day date not null,
    product_id text collate "C" not null,
    currency text not null,
    is_bot boolean not null,
    is_internal boolean not null,
    impressions bigint not null,
    views bigint not null,
    carts bigint not null,
    orders bigint not null,
    quantity bigint not null,
    revenue numeric not null,
    primary key (day, product_id, currency, is_bot, is_internal)
);

create table daily_pages (
    -- grain: one row a day, page and kind of traffic
    day date not null,
    page_host text not null,
    page_path text not null,
    is_bot boolean not null,
    is_internal boolean not null,
    views bigint not null,
    entries bigint not null,
    exits bigint not null,
    engagement_time_ms bigint not null,
    primary key (day, page_host, page_path, is_bot, is_internal)
);

create table daily_funnel (
    -- grain: one row a day, step of the checkout funnel and kind of traffic
    day date not null,
    step smallint not null,
    is_bot boolean not null,
    is_internal boolean not null,
    sessions bigint not null,
    primary key (day, step, is_bot, is_internal)
);

create table daily_transitions (
    -- grain: one row a day, pair of pages viewed one after the other and kind of traffic
    day date not null,
    from_path text not null,
    to_path text not null,
    is_bot boolean not null,
    is_internal boolean not null,
    transitions bigint not null,
    primary key (day, from_path, to_path, is_bot, is_internal)
);

-- The ETL's own life.

create table warehouse_settings (
    -- grain: one row a setting that the tables were made with; another needs a rebuild
    key text primary key,
    value text not null
);

create table etl_runs (
    -- grain: one row a run; key: run_id
    run_id uuid primary key,
    started_at timestamptz not null,
    finished_at timestamptz,
    status text not null check (status in ('running', 'succeeded', 'stopped', 'failed')),
    objects bigint not null default 0,
    bytes bigint not null default 0,
    lines bigint not null default 0,
    events bigint not null default 0,
    duplicates bigint not null default 0,
    rejected bigint not null default 0,
    rejections jsonb not null default '{}',
    slices integer not null default 0,
    last_event_at timestamptz,
    error text
);
create index etl_runs_by_time on etl_runs (started_at);

create table etl_objects (
    -- grain: one row an object of the lake that was loaded; key: object_key
    object_key text collate "C" primary key,
    run_id uuid not null,
    loaded_at timestamptz not null default now(),
    lines integer not null,
    rejected integer not null
);

create table etl_discoveries (
    -- grain: one row a kind of discovery: when the last one that was finished began
    kind text primary key check (kind in ('recent', 'all')),
    started_at timestamptz not null
);

create table quarantine (
    -- grain: one row a line that was not taken; line 0 is the object as a whole
    object_key text collate "C" not null,
    object_line integer not null,
    reason text not null,
    message text not null,
    payload bytea not null,
    received_at timestamptz,
    run_id uuid not null,
    quarantined_at timestamptz not null default now(),
    primary key (object_key, object_line)
);
create index quarantine_by_reason on quarantine (reason, quarantined_at);

create table quality_results (
    -- grain: one row a check and run
    run_id uuid not null,
    check_name text not null,
    checked_at timestamptz not null,
    status text not null check (status in ('passed', 'warned', 'failed')),
    observed numeric,
    expected text,
    message text not null,
    primary key (run_id, check_name)
);

create table anomalies (
    -- grain: one row a metric, interval and period that stands out
    metric text not null,
    dimension text not null,
    value text not null,
    period_interval text not null check (period_interval in ('hour', 'day')),
    period timestamptz not null,
    observed numeric not null,
    expected numeric not null,
    lower numeric not null,
    upper numeric not null,
    score real not null,
    detected_at timestamptz not null,
    primary key (metric, dimension, value, period_interval, period)
);

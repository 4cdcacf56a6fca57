-- The temporary tables of one load, made once per connection and empty again after each commit.

create temp table stage (
    -- grain: one row a line that was taken, as normalized; `row` numbers them
    row integer generated always as identity,
    event_id text collate "C" not null,
    event_timestamp timestamptz not null,
    time_source text not null,
    occurred_at timestamptz,
    sent_at timestamptz,
    received_at timestamptz not null,
    event_name text not null,
    action text,
    visitor_id text collate "C" not null,
    identity_source text not null,
    user_id text collate "C",
    client_id text,
    client_session_id text,
    user_login_state text,
    consent text,
    page_url text,
    page_host text,
    page_path text,
    page_query text,
    page_title text,
    page_view_id text,
    referrer text,
    referrer_host text,
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
    value numeric,
    currency text,
    search_term text,
    engagement_time_ms integer,
    scroll_percent real,
    element text,
    properties text,
    own_bot_score real not null,
    bot_reasons text[],
    own_internal boolean not null,
    is_key_event boolean not null,
    item_count integer not null,
    payload_hash bytea not null,
    object_key text collate "C" not null,
    object_line integer not null
) on commit delete rows;

create temp table stage_items (
    -- grain: one row a line of `items`; the event by its place in the lake
    object_key text collate "C" not null,
    object_line integer not null,
    position integer not null,
    product_id text collate "C",
    product_name text,
    product_category text,
    product_brand text,
    product_variant text,
    price numeric,
    discount_price numeric,
    quantity integer not null
) on commit delete rows;

create temp table gone (
    -- grain: one row a stored event that another of the same id takes the place of
    event_id text collate "C" primary key,
    visitor_id text collate "C" not null,
    event_timestamp timestamptz not null
) on commit delete rows;

create temp table region (
    -- grain: one row a visitor that the batch touches: the span of time to read again
    visitor_id text collate "C" primary key,
    number integer not null,
    from_at timestamptz not null,
    from_id text collate "C" not null,
    to_at timestamptz not null,
    -- where the span begins in the middle of a spell: the spell's first instant, and its user
    spell_started_at timestamptz,
    spell_user_id text collate "C",
    has_other_sessions boolean not null
) on commit delete rows;

create temp table before (
    -- grain: one row a stored event in a region, as it stands; `row` numbers them, below zero
    row integer not null,
    event_id text collate "C" not null,
    event_timestamp timestamptz not null,
    visitor_id text collate "C" not null,
    session_id text collate "C" not null,
    is_first_visit boolean not null,
    channel text not null,
    bot_score real not null,
    is_internal boolean not null,
    time_source text not null,
    user_id text collate "C",
    user_login_state text,
    consent text,
    action text,
    is_key_event boolean not null,
    page_host text,
    page_path text,
    referrer_host text,
    touch_channel text,
    touch_source text,
    touch_medium text,
    touch_campaign text,
    device_type text not null,
    browser text,
    os text,
    language text,
    country text,
    engagement_time_ms integer,
    own_bot_score real not null,
    bot_reasons text[],
    own_internal boolean not null,
    is_gone boolean not null
) on commit delete rows;

create temp table after (like before) on commit delete rows;
alter table after drop column is_first_visit, drop column channel, drop column bot_score,
    drop column is_internal, drop column is_gone;
alter table after add column spell_started_at timestamptz not null,
    add column spell_user_id text collate "C", add column ordinal integer not null,
    add column is_fresh boolean not null;

create temp table old_sessions (like sessions) on commit delete rows;
create temp table new_sessions (like sessions) on commit delete rows;
create temp table moved_sessions (like sessions) on commit delete rows;
create temp table old_orders (like orders) on commit delete rows;
create temp table new_orders (like orders) on commit delete rows;
create temp table old_refunds (like refunds) on commit delete rows;
create temp table new_refunds (like refunds) on commit delete rows;

create temp table order_lines (
    -- grain: one row a product line of an order; sign -1 as it was, 1 as it is
    sign integer not null,
    order_id text collate "C" not null,
    product_id text collate "C" not null,
    quantity bigint not null,
    revenue numeric not null
) on commit delete rows;

create temp table fresh_lines (
    -- grain: one row a product line of a fresh event; key: event_id, position
    event_id text collate "C" not null,
    event_timestamp timestamptz not null,
    action text,
    position integer not null,
    product_id text collate "C" not null,
    product_name text,
    product_category text,
    product_brand text,
    price numeric,
    discount_price numeric,
    currency text not null
) on commit delete rows;

create temp table product_lines (
    -- grain: one row a product line of an event that the aggregates lose (sign -1) or gain (1)
    sign integer not null,
    event_timestamp timestamptz not null,
    action text not null,
    product_id text collate "C" not null,
    currency text not null,
    is_bot boolean not null,
    is_internal boolean not null
) on commit delete rows;

create temp table first_sessions (
    -- grain: one row a visitor: its first session as it will stand; key: visitor_id
    visitor_id text collate "C" primary key,
    session_id text collate "C" not null
) on commit delete rows;

create temp table touched_orders (
    order_id text collate "C" primary key
) on commit delete rows;

create temp table touched_refunds (
    event_id text collate "C" primary key
) on commit delete rows;

create temp table orphaned_attributes (
    product_id text collate "C" not null,
    attribute text not null
) on commit delete rows;

create temp table changed_events (
    -- grain: one row an event that the aggregates lose (sign -1) or gain (1), its day and hour
    sign integer not null,
    event_id text collate "C" not null,
    visitor_id text collate "C" not null,
    session_id text collate "C" not null,
    event_timestamp timestamptz not null,
    day date not null,
    hour timestamptz not null,
    action text,
    page_host text,
    page_path text,
    engagement_time_ms integer,
    is_bot boolean not null,
    is_internal boolean not null
) on commit delete rows;

create temp table changed_sessions (
    -- grain: one row a session that the aggregates lose or gain, in the day and hour of its start
    sign integer not null,
    day date not null,
    hour timestamptz not null,
    is_bot boolean not null,
    is_internal boolean not null,
    is_engaged boolean not null,
    is_first_visit boolean not null,
    duration_ms bigint not null,
    funnel_step smallint not null
) on commit delete rows;

create temp table changed_visitor_days (
    -- grain: one row a visitor that a day loses or gains
    sign integer not null,
    day date not null,
    is_bot boolean not null,
    is_internal boolean not null
) on commit delete rows;

create temp table changed_visitor_hours (
    -- grain: one row a visitor that an hour loses or gains
    sign integer not null,
    hour timestamptz not null,
    is_bot boolean not null,
    is_internal boolean not null
) on commit delete rows;

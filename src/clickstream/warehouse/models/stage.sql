-- The temporary tables of one load, made once per connection and empty again after each commit.

create temp table stage (
    -- grain: one row a line that was taken, as normalized; key: row, its number in the slice
    -- What later steps read of every line comes first: it costs less to find.
    row integer not null,
    item_count integer not null,
    own_bot_score real not null,
    own_internal boolean not null,
    is_key_event boolean not null,
    event_timestamp timestamptz not null,
    event_id text collate "C" not null,
    visitor_id text collate "C" not null,
    time_source text not null,
    device_type text not null,
    user_id text collate "C",
    action text,
    page_host text,
    page_path text,
    engagement_time_ms integer,
    product_id text collate "C",
    currency text,
    user_login_state text,
    consent text,
    referrer_host text,
    touch_channel text,
    touch_source text,
    touch_medium text,
    touch_campaign text,
    browser text,
    os text,
    language text,
    country text,
    bot_reasons text[],
    product_name text,
    product_category text,
    product_brand text,
    product_price numeric,
    product_discount_price numeric,
    occurred_at timestamptz,
    sent_at timestamptz,
    received_at timestamptz not null,
    event_name text not null,
    identity_source text not null,
    client_id text,
    client_session_id text,
    page_url text,
    page_query text,
    page_title text,
    page_view_id text,
    referrer text,
    touch_term text,
    touch_content text,
    product_url_path text,
    order_id text collate "C",
    order_value numeric,
    order_tax numeric,
    order_shipping numeric,
    order_coupon text,
    value numeric,
    search_term text,
    scroll_percent real,
    element text,
    properties text,
    payload_hash bytea not null,
    object_key text collate "C" not null,
    object_line integer not null
) on commit delete rows;

create temp table stage_items (
    -- grain: one row a line of `items`; key: row (of the event's line), position
    row integer not null,
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

create temp table repeated (
    -- grain: one row an event id that several staged lines have
    event_id text collate "C" not null
) on commit delete rows;

create temp table rivals (
    -- grain: one row a staged event whose id is stored already; key: row
    row integer not null,
    event_id text collate "C" not null,
    visitor_id text collate "C" not null,
    event_timestamp timestamptz not null,
    stored_stands boolean not null
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
    -- grain: one row a stored event in a region, as it stands; key: row
    -- Numbered below zero, by (visitor, event_timestamp, event_id).
    row integer not null,
    visitor integer not null,
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

create temp view contents as
-- grain: one row an event of a region as it will stand; key: row
select
    row, event_id, event_timestamp, visitor_id, time_source, user_id, user_login_state, consent,
    action, is_key_event, page_host, page_path, referrer_host, touch_channel, touch_source,
    touch_medium, touch_campaign, device_type, browser, os, language, country,
    engagement_time_ms, own_bot_score, bot_reasons, own_internal
from before
where not is_gone
union all
select
    row, event_id, event_timestamp, visitor_id, time_source, user_id, user_login_state, consent,
    action, is_key_event, page_host, page_path, referrer_host, touch_channel, touch_source,
    touch_medium, touch_campaign, device_type, browser, os, language, country,
    engagement_time_ms, own_bot_score, bot_reasons, own_internal
from stage;

create temp table placed (
    -- grain: one row an event of `contents`; key: row, and place
    row integer not null,
    visitor integer not null,
    -- in the order of (visitor, event_timestamp, event_id), from 1
    place integer not null,
    event_timestamp timestamptz not null,
    -- the place of the event before which a gap lies; null in the visitor's first run
    run integer,
    is_first boolean not null,
    is_gap boolean not null,
    user_id text collate "C",
    -- of the visitor's latest event up to here that names a user
    sign_in integer
) on commit delete rows;

create temp table after (
    -- grain: one row an event of `contents`, placed in its session; key: row
    row integer not null,
    visitor integer not null,
    -- the place of the session's first event
    session integer not null,
    ordinal integer not null,
    place integer not null,
    spell_started_at timestamptz not null,
    -- the user of the spell so far: of the event at that place, else the one from before the region
    sign_in integer,
    known_user_id text collate "C"
) on commit delete rows;

create temp table old_sessions (like sessions) on commit delete rows;
create temp table new_sessions (like sessions) on commit delete rows;
-- `number`: the regions' sessions in ints; null for one that lies outside of its visitor's region
alter table old_sessions add column number integer;
alter table new_sessions add column number integer;
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
    -- grain: one row a product line of a fresh event; key: row, position
    row integer not null,
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
    -- grain: one row a product and attribute whose latest value was said by an event that goes
    product_id text collate "C" not null,
    attribute text not null,
    event_timestamp timestamptz not null
) on commit delete rows;

create temp table changed_events (
    -- grain: one row an event that the aggregates lose (sign -1) or gain (1), its day and hour
    -- A session's events follow each other by `place`; those lost and gained never share a session.
    sign integer not null,
    visitor integer not null,
    session integer not null,
    place integer not null,
    engagement_time_ms integer,
    day date not null,
    hour timestamptz not null,
    is_bot boolean not null,
    is_internal boolean not null,
    action text,
    page_host text,
    page_path text
) on commit delete rows;

create temp table changed_pages (
    -- grain: one row a page view, or a report of engaged time, of `changed_events`, and the views
    -- around it
    sign integer not null,
    day date not null,
    is_bot boolean not null,
    is_internal boolean not null,
    is_view boolean not null,
    is_entry boolean not null,
    is_exit boolean not null,
    engagement_time_ms integer,
    page_host text,
    page_path text not null,
    next_path text
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

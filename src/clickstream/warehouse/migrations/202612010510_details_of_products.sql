-- The details of a session also tell what its products came to, and carry the session's own fields:
-- reports under a filter on a session read this one table. All are derived anew after the next load;
-- until then these reports read the events.

drop table session_details;
create table session_details (
    -- grain: one row a session; key: session_id. Arrays of one prefix have one element for each thing
    session_id text collate "C" primary key,
    visitor_id text collate "C" not null,
    -- stands for visitor_id where visitors are told apart: of 16 bytes, it hashes faster
    visitor_key uuid not null,
    started_at timestamptz not null,
    ended_at timestamptz not null,
    is_bot boolean not null,
    is_internal boolean not null,
    -- what follows from the session's own events alone: its user, and whether it is its visitor's
    -- first, may change without them and stand in sessions
    is_engaged boolean not null,
    is_logged_in boolean not null,
    channel text not null,
    source text,
    medium text,
    campaign text,
    referrer_host text,
    page_host text,
    entry_page_path text,
    exit_page_path text,
    device_type text not null,
    browser text,
    os text,
    language text,
    country text,
    consent text,
    -- each event name and its action: how often, when first and when last
    name_names text[] not null,
    name_actions text[] not null,
    name_events integer[] not null,
    name_first_at timestamptz[] not null,
    name_last_at timestamptz[] not null,
    -- each page that an event names: its title, views, engaged time, scrolling (sum and number)
    page_paths text[] not null,
    page_titles text[] not null,
    page_views integer[] not null,
    page_engaged_ms bigint[] not null,
    page_scrolled double precision[] not null,
    page_scrolls integer[] not null,
    -- the pages viewed, in order
    view_paths text[] not null,
    view_at timestamptz[] not null,
    -- each product that was seen or put into a cart: the lines of events that say so
    product_ids text[] not null,
    product_impressions integer[] not null,
    product_views integer[] not null,
    product_carts integer[] not null
);
create index session_details_by_time on session_details (started_at);

truncate stale_sessions;
insert into stale_sessions select session_id from sessions;

grant select, insert, update, delete on session_details to clickstream_etl;
grant select on session_details to clickstream_reader;

-- What happened in each session, in one row: reports over many events read a tenth of the rows. It is
-- derived from events after a load, never within one; sessions whose row is still missing or old
-- are listed, and as long as there are any, reports read the events.

create table session_details (
    -- grain: one row a session; key: session_id. Arrays of one prefix have one element for each thing
    session_id text collate "C" primary key,
    visitor_id text collate "C" not null,
    started_at timestamptz not null,
    ended_at timestamptz not null,
    is_bot boolean not null,
    is_internal boolean not null,
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
    view_at timestamptz[] not null
);
create index session_details_by_time on session_details (started_at);

create table stale_sessions (
    -- grain: one row each time that a session came, changed or went since its details were derived
    session_id text collate "C" not null
);
insert into stale_sessions select session_id from sessions;

grant select, insert, update, delete on session_details, stale_sessions to clickstream_etl;
grant select on session_details, stale_sessions to clickstream_reader;

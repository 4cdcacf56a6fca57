-- grain: one row a page view of a session that reaches into the range
-- Sessions and the events in them by number, which sorts faster than their ids.

(
    select
        session as session_id,
        unnest(view_paths) as page_path,
        unnest(view_at) as event_timestamp,
        generate_subscripts(view_paths, 1) as event_id
    from (
        select row_number() over () as session, s.view_paths, s.view_at
        from {details}
        where
            s.started_at >= {earliest} and s.started_at < {end} and s.ended_at >= {start}
            and {traffic} and {session_filters}
    ) as reached
) as e

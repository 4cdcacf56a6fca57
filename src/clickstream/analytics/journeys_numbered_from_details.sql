-- grain: one row a page view of a session that reaches into the range, with the one after it
-- Details have the views in order: nothing is sorted.

numbered as (
    select
        e.session,
        e.place,
        {node} as node,
        {next_node} as next_node,
        e.event_timestamp,
        e.next_at,
        {is_start} as is_start,
        {is_end} as is_end
    from (
        select
            session,
            generate_subscripts(view_paths, 1) as place,
            unnest(view_paths) as page_path,
            unnest(view_paths[2:]) as next_path,
            unnest(view_at) as event_timestamp,
            unnest(view_at[2:]) as next_at
        from (
            select row_number() over () as session, s.view_paths, s.view_at
            from {details}
            where
                s.started_at >= {earliest} and s.started_at < {end} and s.ended_at >= {start}
                and {traffic} and {session_filters}
        ) as reached
    ) as e
)

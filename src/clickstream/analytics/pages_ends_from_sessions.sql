-- grain: one row a session: its first and last page, where they fall in the range

ends as (
    -- one row a session that lies within the range: its first and last page
    select s.entry_page_path as entry, s.exit_page_path as exit, s.is_engaged
    from {sessions}
    where
        s.started_at >= {start} and s.started_at < {end} and s.ended_at < {end}
        and {session_traffic} and {session_filters}
    union all
    -- one that crosses an edge of the range: those of them that fall in it
    select
        case when min(e.event_timestamp) >= {start} and min(e.event_timestamp) < {end}
            then (array_agg(e.page_path order by e.event_timestamp, e.event_id))[1] end,
        case when max(e.event_timestamp) >= {start} and max(e.event_timestamp) < {end}
            then (array_agg(e.page_path order by e.event_timestamp desc, e.event_id desc))[1] end,
        bool_or(s.is_engaged)
    from {sessions}
    join events e
        on e.visitor_id = s.visitor_id
        and e.event_timestamp between s.started_at and s.ended_at
        and e.session_id = s.session_id
    where
        s.started_at >= {earliest} and s.started_at < {end} and s.ended_at >= {start}
        and (s.started_at < {start} or s.ended_at >= {end})
        and e.action = 'page_view' and e.page_path is not null
        and {session_traffic} and {session_filters}
    group by s.session_id
)

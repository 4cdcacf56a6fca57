-- grain: one row an event that is a node of its session

{events}
where
    e.event_timestamp >= {earliest} and e.event_timestamp < {latest}
    and {kind} and {source} is not null
    and {traffic} and {session_filters} and {session_filter}

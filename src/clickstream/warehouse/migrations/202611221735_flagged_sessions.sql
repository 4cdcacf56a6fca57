-- Reports say how much they leave out: the sessions of bots and of the shop itself, found at once.

create index sessions_flagged on sessions (started_at, visitor_id, is_bot, is_internal, events)
    where is_bot or is_internal;

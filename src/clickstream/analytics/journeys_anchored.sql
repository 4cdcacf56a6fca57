-- grain: one row a node of the part of a session that is asked for: from its first start on, up to its
-- first end; without a start, positions count back from the end

started as (
    select
        numbered.*,
        min(case when is_start then place end) over (partition by session) as first_place
    from numbered
),

bounded as (
    select
        started.*,
        min(case when is_end and place >= first_place then place end)
            over (partition by session) as last_place
    from started
),

placed as materialized (
    select
        bounded.*,
        case when {has_end} and not {has_start} then place - last_place
            else place - first_place + 1 end as position,
        {has_end} and place = last_place as is_last
    from bounded
    where
        place >= first_place
        and (not {has_end} or place <= last_place)
)

-- grain: one row an event of a region as it will stand, placed in its session; key: row
-- A spell is a visitor's run of events in (event_timestamp, event_id) order with no gap over 30
-- minutes and no change of non-null user; it is cut at its first event + k * 24 hours. A region
-- that begins in the middle of a spell goes on from that spell's first instant and user.

insert into after
with turns as (
    select place
    from (
        select
            placed.place,
            placed.is_first,
            placed.user_id,
            coalesce(
                lag(placed.user_id) over (
                    partition by placed.visitor, placed.run order by placed.place
                ),
                case when placed.run is null then region.spell_user_id end
            ) as earlier_user_id
        from placed
        join region on region.number = placed.visitor
        where placed.user_id is not null
    ) as signed
    where not is_first and user_id <> earlier_user_id
),

starts as (
    select
        placed.*,
        region.spell_started_at as known_start,
        region.spell_user_id as known_user_id,
        is_gap
        or (is_first and region.spell_started_at is null)
        or place in (select place from turns) as is_start
    from placed
    join region on region.number = placed.visitor
),

spells as (
    select
        starts.*,
        coalesce(
            max(case when is_start then event_timestamp end) over (
                partition by visitor order by place rows unbounded preceding
            ),
            known_start
        ) as spell_started_at
    from starts
),

pieces as (
    select
        spells.*,
        case
            when event_timestamp < spell_started_at + interval '24 hours' then 0
            else floor(extract(epoch from event_timestamp - spell_started_at) / 86400)::integer
        end as piece
    from spells
),

cuts as (
    select
        pieces.*,
        is_start or piece <> lag(piece, 1, -1) over (partition by visitor order by place) as is_cut
    from pieces
),

sessions_of as (
    select
        cuts.*,
        max(case when is_cut then place end) over (
            partition by visitor order by place rows unbounded preceding
        ) as session
    from cuts
)

select
    row, visitor, session, place - session + 1, place, spell_started_at,
    case when sign_in >= run or run is null then sign_in end,
    case when run is null then known_user_id end
from sessions_of;

-- grain: one row a visitor that a day or an hour loses (sign -1) or gains (1)
-- A visitor counts where it has at least one event; those outside its region count too. `offset 0`
-- keeps the look for them an index scan of its own, whatever the planner believes.

insert into changed_visitor_days
with presence as (
    select
        visitor, day, is_bot, is_internal,
        max(case when sign = 1 then 1 else 0 end) - max(case when sign = -1 then 1 else 0 end)
            as change
    from changed_events
    group by visitor, day, is_bot, is_internal
)

select presence.change, presence.day, presence.is_bot, presence.is_internal
from presence
join region on region.number = presence.visitor
where
    presence.change <> 0
    and not (
        region.has_other_sessions
        and exists (
            select from events
            where
                events.visitor_id = region.visitor_id
                -- an hour more, for midnight comes twice where clocks are set back then
                and events.event_timestamp >= presence.day::timestamptz - interval '1 hour'
                and events.event_timestamp < (presence.day + 1)::timestamptz
                and events.event_timestamp::date = presence.day
                and events.is_bot = presence.is_bot
                and events.is_internal = presence.is_internal
                and not (
                    (events.event_timestamp, events.event_id) >= (region.from_at, region.from_id)
                    and events.event_timestamp <= region.to_at
                )
            offset 0
        )
    );

insert into changed_visitor_hours
with presence as (
    select
        visitor, hour, is_bot, is_internal,
        max(case when sign = 1 then 1 else 0 end) - max(case when sign = -1 then 1 else 0 end)
            as change
    from changed_events
    group by visitor, hour, is_bot, is_internal
)

select presence.change, presence.hour, presence.is_bot, presence.is_internal
from presence
join region on region.number = presence.visitor
where
    presence.change <> 0
    and not (
        region.has_other_sessions
        and exists (
            select from events
            where
                events.visitor_id = region.visitor_id
                and events.event_timestamp >= presence.hour
                and events.event_timestamp < presence.hour + interval '1 hour'
                and events.is_bot = presence.is_bot
                and events.is_internal = presence.is_internal
                and not (
                    (events.event_timestamp, events.event_id) >= (region.from_at, region.from_id)
                    and events.event_timestamp <= region.to_at
                )
            offset 0
        )
    );

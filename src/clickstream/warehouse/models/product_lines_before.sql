-- The product lines that the aggregates lose: of events that go, and of those whose session turns
-- into a robot's or the shop's own, or back; and what they gain from the latter.

insert into product_lines
with flagged as (
    select
        before.event_id, before.event_timestamp, before.action, before.is_gone,
        before.bot_score >= 0.5 as was_bot, before.is_internal as was_internal,
        new_sessions.bot_score >= 0.5 as is_bot, new_sessions.is_internal
    from before
    left join after on after.row = before.row
    left join new_sessions on new_sessions.number = after.session
    where before.action in ('view_item', 'add_to_cart', 'view_item_list')
),

turned as materialized (
    select * from flagged
    where is_gone or (was_bot, was_internal) <> (is_bot, is_internal)
),

lines as (
    select turned.*, event_lines.product_id, coalesce(events.currency, 'XXX') as currency
    from turned
    join events on events.event_id = turned.event_id
    cross join lateral (
        select product_id from event_lines where event_lines.event_id = turned.event_id offset 0
    ) as event_lines
    where event_lines.product_id is not null
)

select -1, event_timestamp, action, product_id, currency, was_bot, was_internal from lines
union all
select 1, event_timestamp, action, product_id, currency, is_bot, is_internal
from lines
where not is_gone;

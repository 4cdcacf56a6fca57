-- grain: one row an event; key: event_id; the latest first

select
    e.event_id,
    e.event_timestamp,
    e.event_name,
    e.action,
    e.page_path as page,
    e.product_name,
    e.order_id,
    e.value,
    e.currency,
    e.visitor_id,
    e.session_id,
    e.user_id,
    e.channel,
    e.device_type as device,
    e.is_bot
from {events}
where
    {during} and {traffic} and {session_filters} and {event_filters}
    and {is_before}
order by e.event_timestamp desc, e.event_id desc
{limit}

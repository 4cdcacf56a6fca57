-- grain: one row a person and currency that it ordered in; key: person, currency
-- Scores are quintiles among the customers of the currency; equal customers score the same.

with bought as (
    select
        {person} as person,
        o.currency,
        count(*) as orders,
        sum(o.value) as revenue,
        sum(o.value - o.refunded) as net_revenue,
        sum(o.quantity)::bigint as quantity,
        min(o.ordered_at) as first_ordered_at,
        max(o.ordered_at) as last_ordered_at,
        count(distinct o.visitor_id) as visitors,
        bool_or({is_member}) as is_member
    from {orders}
    where {during} and {traffic} and {session_filters} and {event_filters}
    group by 1, 2
),

ranked as (
    select
        bought.*,
        count(*) over currency as customers,
        rank() over (partition by currency order by last_ordered_at) as recency_rank,
        rank() over (partition by currency order by orders) as frequency_rank,
        rank() over (partition by currency order by revenue) as monetary_rank
    from bought
    window currency as (partition by currency)
)

select
    person,
    currency,
    orders,
    revenue,
    net_revenue,
    quantity,
    first_ordered_at,
    last_ordered_at,
    visitors,
    floor(extract(epoch from {end} - last_ordered_at) / 86400)::integer as recency_days,
    (1 + (recency_rank - 1) * 5 / customers)::integer as recency_score,
    (1 + (frequency_rank - 1) * 5 / customers)::integer as frequency_score,
    (1 + (monetary_rank - 1) * 5 / customers)::integer as monetary_score
from ranked
where is_member
{order}

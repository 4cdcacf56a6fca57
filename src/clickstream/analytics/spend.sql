-- grain: one row a value of the dimension and currency; key: dimension, currency
-- Imported costs of the report's days, by the traffic source that they were spent on.

select
    {dimension} as dimension,
    s.currency,
    sum(s.amount) as spend
from (
    select
        day, channel, nullif(source, '') as source, nullif(medium, '') as medium,
        nullif(campaign, '') as campaign, currency, amount
    from spend
) as s
where s.day between {first} and {last} and {filters}
group by 1, 2

-- key: day, channel, source, medium, campaign, currency
-- Rows of one file with the same key are parts of one amount; a later file's take their place.

insert into spend as known (
    day, channel, source, medium, campaign, currency, amount, clicks, impressions, imported_at
)
select
    day, channel, source, medium, campaign, currency,
    sum(amount), sum(clicks), sum(impressions), %(now)s
from staged
group by 1, 2, 3, 4, 5, 6
on conflict (day, channel, source, medium, campaign, currency) do update set
    amount = excluded.amount,
    clicks = excluded.clicks,
    impressions = excluded.impressions,
    imported_at = excluded.imported_at
where
    (known.amount, known.clicks, known.impressions)
    is distinct from (excluded.amount, excluded.clicks, excluded.impressions)

-- What the watch knows of a period besides its number: the filters that narrowed it, and how many
-- events the whole shop had then, by which late ones are found.

alter table watched_periods
    add column filters text not null default '',
    -- of the metric events alone
    add column shop_events bigint;

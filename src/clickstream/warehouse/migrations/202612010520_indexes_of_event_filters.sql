-- Reports under a filter on events (a page, an event's name, a product) find these events by an index
-- instead of reading all events of their days.

create index events_by_page on events (page_path, event_timestamp) where page_path is not null;
create index events_by_name on events (event_name, event_timestamp);
create index events_of_products on events (event_timestamp)
    where
        item_count > 0 or product_id is not null or product_name is not null
        or product_category is not null or product_brand is not null;

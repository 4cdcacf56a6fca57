-- grain: one row per category · key: id
select id, slug, title, blurb from categories order by position;

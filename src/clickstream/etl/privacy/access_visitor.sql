-- grain: one row a visitor that is the person and nobody else; key: visitor_id
select * from visitors where visitor_id = any(%(own_visitors)s) order by visitor_id

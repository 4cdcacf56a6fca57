-- grain: one row a visitor that signed in as the person; key: visitor_id, user_id
select * from identities
where user_id = any(%(users)s) or visitor_id = any(%(own_visitors)s)
order by visitor_id, user_id

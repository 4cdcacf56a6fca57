-- The address that a person gave last. · at most one row
select recipient, phone, street, district, city
from addresses
join users on users.id = user_id
where sub = %(sub)s
order by addresses.created_at desc
limit 1;

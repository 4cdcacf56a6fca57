-- The same address of the same person. · at most one row
select id from addresses
where user_id = %(user_id)s and recipient = %(recipient)s and phone = %(phone)s
    and street = %(street)s and district = %(district)s and city = %(city)s
limit 1;

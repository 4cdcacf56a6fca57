-- one row
insert into addresses (user_id, recipient, phone, street, district, city)
values (%(user_id)s, %(recipient)s, %(phone)s, %(street)s, %(district)s, %(city)s)
returning id;

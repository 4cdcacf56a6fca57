-- at most one row
select id from users where sub = %(sub)s;

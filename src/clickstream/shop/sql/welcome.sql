-- Notes who signed in; whether it is for the first time. · one row
insert into users (sub, email, name) values (%(sub)s, %(email)s, %(name)s)
on conflict (sub) do update
    set email = excluded.email, name = excluded.name, signed_in_at = now()
returning xmax = 0 as is_new;

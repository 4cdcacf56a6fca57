-- An empty cart of nobody's. · one row
insert into carts default values returning id::text;

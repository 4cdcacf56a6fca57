-- The shop: catalogue, stock, carts, people and orders. Money is numeric, its currency beside it.

create table categories (
    id text primary key,
    slug text not null unique,
    title text not null,
    blurb text not null,
    position integer not null
);

create table brands (
    id text primary key,
    name text not null unique
);

-- One row per product. search_text is lower case without accents; asked is what a buyer pays.
create table products (
    id text primary key,
    slug text not null unique,
    name text not null,
    description text not null,
    specs jsonb not null default '[]',
    category_id text not null references categories (id),
    brand_id text not null references brands (id),
    price numeric(14, 2) not null check (price > 0),
    discount_price numeric(14, 2) check (discount_price > 0 and discount_price < price),
    asked numeric(14, 2) not null generated always as (coalesce(discount_price, price)) stored,
    currency char(3) not null,
    popularity integer not null default 0,
    search_text text not null,
    is_active boolean not null default true
);
create index products_category_id_popularity_idx on products (category_id, popularity desc, id);
create index products_brand_id_idx on products (brand_id);

-- One row per product: what can be sold now. The check is the last line against overselling.
create table inventory (
    product_id text primary key references products (id),
    on_hand integer not null check (on_hand >= 0),
    updated_at timestamptz(3) not null default now()
);

-- One row per person; sub is the issuer's name for them, and the events' userId.
create table users (
    id uuid primary key default gen_random_uuid(),
    sub text not null unique,
    email text not null,
    name text not null,
    created_at timestamptz(3) not null default now(),
    signed_in_at timestamptz(3) not null default now()
);

-- Never changed, since orders point to them: a new address is a new row.
create table addresses (
    id uuid primary key default gen_random_uuid(),
    user_id uuid not null references users (id),
    recipient text not null,
    phone text not null,
    street text not null,
    district text not null,
    city text not null,
    created_at timestamptz(3) not null default now()
);
create index addresses_user_id_created_at_idx on addresses (user_id, created_at desc);

-- A guest's cart is known by its id alone; a person has at most one.
create table carts (
    id uuid primary key default gen_random_uuid(),
    user_id uuid unique references users (id),
    created_at timestamptz(3) not null default now(),
    updated_at timestamptz(3) not null default now()
);

create table cart_items (
    cart_id uuid not null references carts (id) on delete cascade,
    product_id text not null references products (id),
    quantity integer not null check (quantity between 1 and 20),
    added_at timestamptz(3) not null default clock_timestamp(),
    primary key (cart_id, product_id)
);

-- One row per order; value = goods + shipping, of which tax is a part. A key makes one order.
create table orders (
    id text primary key,
    user_id uuid not null references users (id),
    address_id uuid not null references addresses (id),
    idempotency_key text not null,
    request_hash text not null,
    status text not null default 'placed' check (status in ('placed', 'refunded')),
    currency char(3) not null,
    goods numeric(14, 2) not null check (goods >= 0),
    shipping numeric(14, 2) not null check (shipping >= 0),
    tax numeric(14, 2) not null check (tax >= 0),
    value numeric(14, 2) not null check (value = goods + shipping),
    shipping_tier text not null check (shipping_tier in ('standard', 'fast')),
    payment_type text not null check (payment_type in ('cod', 'bank_transfer', 'demo_card')),
    placed_at timestamptz(3) not null default now(),
    refunded_at timestamptz(3),
    unique (user_id, idempotency_key),
    check ((status = 'refunded') = (refunded_at is not null))
);
create index orders_user_id_placed_at_idx on orders (user_id, placed_at desc);
create index orders_placed_at_idx on orders (placed_at);

-- One row per product of an order, as it was sold.
create table order_items (
    order_id text not null references orders (id) on delete cascade,
    product_id text not null references products (id),
    name text not null,
    category text not null,
    brand text not null,
    price numeric(14, 2) not null,
    discount_price numeric(14, 2),
    quantity integer not null check (quantity > 0),
    primary key (order_id, product_id)
);
create index order_items_product_id_idx on order_items (product_id);

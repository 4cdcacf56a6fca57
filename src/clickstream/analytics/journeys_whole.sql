-- grain: one row a node that a session came through, counted from its first

placed as materialized (
    select numbered.*, place as position, false as is_last
    from numbered
)

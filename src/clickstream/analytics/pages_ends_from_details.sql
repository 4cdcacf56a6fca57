-- grain: one row a session: its first and last page, where they fall in the range

ends as (
    select s.entry_page_path as entry, s.exit_page_path as exit, s.is_engaged
    from {whole}
    union all
    select
        case when s.view_at[1] >= {start} and s.view_at[1] < {end} then s.view_paths[1] end,
        case
            when
                s.view_at[cardinality(s.view_at)] >= {start}
                and s.view_at[cardinality(s.view_at)] < {end}
            then s.view_paths[cardinality(s.view_paths)]
        end,
        s.is_engaged
    from {across}
)

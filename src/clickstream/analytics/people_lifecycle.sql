-- grain: one row a person; key: person
-- Persons by their sessions in the range and in as many days before it.

with seen as (
    select
        {person} as person,
        bool_or(s.started_at >= {start}) as is_here,
        bool_or(s.started_at < {start}) as was_here,
        bool_or(s.is_first_visit and s.started_at >= {start}) as is_new
    from {sessions}
    where {started_during} and {session_traffic} and {session_filters}
    group by 1
)

select
    person,
    case
        when not is_here then 'Dormant'
        when was_here then 'Returning'
        when is_new then 'New'
        else 'Resurrected'
    end as segment
from seen

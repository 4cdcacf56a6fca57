-- grain: one row a question of which the rows are kept and still tell the state of the data

select question, rows
from kept_results
where question = any({questions}::bytea[]) and version = (select version from data_version)

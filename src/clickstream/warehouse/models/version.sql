-- Says that what reports read is changed by this transaction: kept rows tell another state, and go.

insert into data_version as known (version) values (1)
on conflict (is_only) do update set version = known.version + 1;
delete from kept_results;

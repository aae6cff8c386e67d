-- Which records are missing? The daemon numbers all records, so a gap in the numbers is a loss on the way, or a loss that
-- the daemon reported. Only for records of all tasks: without a filter, with scope task and access all.
with numbered as (
    select host, split_part(event_id, '-', 1) as instance, cast(split_part(event_id, '-', 2) as bigint) as number
    from exits
), pairs as (
    select host, instance, number, lag(number) over (partition by instance order by number) as previous from numbered
)
select host, instance, previous + 1 as first, number - 1 as last, number - previous - 1 as missing
from pairs
where number > previous + 1
order by host, instance, first;

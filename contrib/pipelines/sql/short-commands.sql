-- Which ten command lines cost most CPU in processes shorter than 100 ms, in the last seven days?
-- The kernel counts CPU time without the last tick: these sums are lower bounds, see contrib/docs/tsctl.md.
select command_line, count(*) as processes, sum(process_run_ns) as run_ns, count(distinct host) as hosts
from exits
where process_ended and process_elapsed_us < 100000
    and ended >= current_date - 7 and ended < current_date
group by command_line
order by run_ns desc, command_line
limit 10;

-- What crashed more in the last seven days than in the seven days before?
with crashes as (
    select command, signal,
        count(*) filter (where ended >= current_date - 7) as last_week,
        count(*) filter (where ended < current_date - 7) as week_before,
        count(distinct host) filter (where ended >= current_date - 7) as hosts
    from exits
    where process_ended and signal in ('SIGSEGV', 'SIGABRT', 'SIGBUS', 'SIGILL', 'SIGFPE', 'SIGSYS', 'SIGTRAP')
        and ended >= current_date - 14 and ended < current_date
    group by command, signal
)
select command, signal, last_week, week_before, hosts
from crashes
where last_week > week_before
order by last_week - week_before desc, command, signal;

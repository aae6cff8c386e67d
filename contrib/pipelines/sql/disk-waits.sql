-- Which units of which hosts waited most for disk yesterday?
select host, coalesce(unit, '(none)') as unit, count(*) as tasks, sum(disk_wait_ns) as disk_wait_ns
from exits
where ended >= current_date - 1 and ended < current_date
group by host, unit
having sum(disk_wait_ns) > 0
order by disk_wait_ns desc, host, unit
limit 20;

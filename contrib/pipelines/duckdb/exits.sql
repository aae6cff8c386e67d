-- The columns of what ended, as the view `exits`. Needs the view `records` of recordings.sql or lines.sql.
set TimeZone = 'UTC';

create or replace temporary view exits as
with parts as (select event_id, host, p, p->'$.stats' as s, p->'$.origin' as o from records)
select
    event_id, host,
    make_timestamp((p->>'$.time')::bigint // 1000) as ended,
    (p->>'$.pid')::int as pid, (p->>'$.tgid')::int as tgid, (s->>'$.ac_uid')::bigint as uid,
    s->>'$.ac_comm' as command,
    coalesce(array_to_string((o->'$.command_args')::varchar[], ' '), '[' || (s->>'$.ac_comm') || ']') as command_line,
    o->>'$.executable' as executable, o->>'$.unit' as unit, o->>'$.cgroup' as cgroup, o->>'$.container' as container,
    coalesce((p->>'$.last')::boolean, false) as process_ended, (p->>'$.exit.code')::int as exit_code,
    p->>'$.exit.name' as signal, (s->>'$.ac_etime')::bigint as elapsed_us,
    (s->>'$.cpu_run_virtual_total')::bigint as run_ns, (s->>'$.cpu_delay_total')::bigint as cpu_wait_ns,
    (s->>'$.blkio_delay_total')::bigint as disk_wait_ns,
    (s->>'$.swapin_delay_total')::bigint + coalesce((s->>'$.freepages_delay_total')::bigint, 0)
        + coalesce((s->>'$.thrashing_delay_total')::bigint, 0) + coalesce((s->>'$.compact_delay_total')::bigint, 0)
        + coalesce((s->>'$.wpcopy_delay_total')::bigint, 0) as memory_wait_ns,
    (s->>'$.read_bytes')::bigint as read_bytes, (s->>'$.write_bytes')::bigint as write_bytes,
    (s->>'$.ac_tgetime')::bigint as process_elapsed_us,
    (coalesce(p->'$.tgid_stats', s)->>'$.cpu_run_virtual_total')::bigint as process_run_ns
from parts;

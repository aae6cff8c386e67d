-- The table of what ended, on all hosts. One partition per day: make_day creates it, drop table removes it.
create table exits (
    event_id text not null,
    host text not null,
    ended timestamptz not null,
    pid integer not null,
    tgid integer,
    uid bigint,
    command text,
    command_line text,
    executable text,
    unit text,
    cgroup text,
    container text,
    process_ended boolean not null,
    exit_code integer,
    signal text,
    elapsed_us bigint,
    run_ns bigint,
    cpu_wait_ns bigint,
    disk_wait_ns bigint,
    memory_wait_ns bigint,
    read_bytes bigint,
    write_bytes bigint,
    process_elapsed_us bigint,
    process_run_ns bigint,
    primary key (event_id, ended)
) partition by range (ended);

-- What the daemon reported as lost; count is null where it is not known.
create table losses (event_id text primary key, host text not null, cause text, count bigint);

-- The files that were loaded, and how long they were then.
create table loaded (file text primary key, size bigint not null);

create function make_day(day date) returns void language plpgsql as $$
begin
    execute format(
        'create table if not exists %I partition of exits for values from (%L) to (%L)',
        'exits_' || to_char(day, 'YYYYMMDD'), day::timestamp at time zone 'UTC', (day + 1)::timestamp at time zone 'UTC');
end $$;

-- The columns of a record, from a line of `tsctl --format ndjson`.
create function columns_of(line jsonb) returns setof exits language sql immutable as $$
    select
        line->>'event_id', line->>'host',
        timestamptz 'epoch' + (line->'time')::bigint / 1000 * interval '1 microsecond',
        (line->'pid')::int, (line->'tgid')::int, (s->'ac_uid')::bigint,
        s->>'ac_comm',
        coalesce((select string_agg(word, ' ' order by place)
                  from jsonb_array_elements_text(o->'command_args') with ordinality as words (word, place)),
                 '[' || (s->>'ac_comm') || ']'),
        o->>'executable', o->>'unit', o->>'cgroup', o->>'container',
        coalesce((line->'last')::boolean, false), (line->'exit'->'code')::int, line->'exit'->>'name',
        (s->'ac_etime')::bigint, (s->'cpu_run_virtual_total')::bigint, (s->'cpu_delay_total')::bigint,
        (s->'blkio_delay_total')::bigint,
        (s->'swapin_delay_total')::bigint + coalesce((s->'freepages_delay_total')::bigint, 0)
            + coalesce((s->'thrashing_delay_total')::bigint, 0) + coalesce((s->'compact_delay_total')::bigint, 0)
            + coalesce((s->'wpcopy_delay_total')::bigint, 0),
        (s->'read_bytes')::bigint, (s->'write_bytes')::bigint,
        (s->'ac_tgetime')::bigint, (coalesce(line->'tgid_stats', s)->'cpu_run_virtual_total')::bigint
    from (select line->'stats' as s, line->'origin' as o) as parts
$$;

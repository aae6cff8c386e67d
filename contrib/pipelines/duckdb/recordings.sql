-- What ended on all hosts, directly from the files of `tsctl record --directory`; continue with exits.sql.
--   set variable recordings = '/srv/taskstats/*/*.ndjson.zst';
-- DuckDB reads a frame of zstd that is still open, or that a killed recorder has left open, up to its last whole 64 KiB.
create or replace temporary view lines as
    select filename, json->>'$.method' as method, json->'$.params' as params
    from read_ndjson_objects(getvariable('recordings'), filename = true, ignore_errors = true);

-- Each file begins with a header, which has the host and the instance of the daemon.
create or replace temporary view records as
with headers as (
    select filename, params->>'$.host' as host, params->>'$.instance' as instance from lines where method = 'recording'
)
select instance || '-' || (params->>'$.index') as event_id, host, params as p
from lines join headers using (filename)
where method = 'exit';

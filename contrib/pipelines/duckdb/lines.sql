-- What ended, from lines of `tsctl --format ndjson`; continue with exits.sql.
--   set variable lines = '/dev/stdin';
create or replace temporary view records as
    select json->>'$.event_id' as event_id, json->>'$.host' as host, json as p
    from read_ndjson_objects(getvariable('lines'))
    where (json->'$.stats') is not null;

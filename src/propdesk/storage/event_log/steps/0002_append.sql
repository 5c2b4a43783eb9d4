-- What writers and retention do, each one statement of the client: it is sent whole, and the
-- server commits it or not whatever becomes of the client in the meantime.
--
-- VOLATILE functions see, in each statement, what was committed before that statement: what
-- follows the lock of a stream's row sees everything its last holder wrote.

CREATE FUNCTION log.take_over(names text[], new_owner text, records bigint)
RETURNS TABLE (stream integer, stream_name text, new_epoch bigint)
LANGUAGE plpgsql AS $$
DECLARE
    taken bigint;
BEGIN
    INSERT INTO log.stream (name, epoch, owner, segment_records)
    SELECT each, 0, new_owner, records FROM unnest(names) AS each ORDER BY each
    ON CONFLICT DO NOTHING;
    PERFORM 1 FROM log.stream s WHERE s.name = ANY (names) ORDER BY s.id FOR NO KEY UPDATE;
    -- Drawn behind the locks, so that it rises for each stream.
    taken := nextval('log.epoch');
    RETURN QUERY
        UPDATE log.stream s SET epoch = taken, owner = new_owner, segment_records = records
        WHERE s.name = ANY (names) RETURNING s.id, s.name, s.epoch;
END $$;

CREATE FUNCTION log.begin_segment(of_stream integer, number integer, first_offset bigint)
RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    EXECUTE format(
        'CREATE TABLE log.segment_%s_%s ('
        ' record_offset bigint PRIMARY KEY,'
        ' key text COLLATE "C" NOT NULL UNIQUE,'
        ' body bytea NOT NULL,'
        ' appended_at bigint NOT NULL)',
        of_stream, number);
    -- Bodies are packed already: compressing them again would only cost time.
    EXECUTE format(
        'ALTER TABLE log.segment_%s_%s ALTER body SET STORAGE EXTERNAL', of_stream, number);
    INSERT INTO log.segment VALUES (of_stream, number, first_offset);
END $$;

-- Appends to one stream under the fence. Answers the newest offset before, then which of the
-- keys (counted from 1) were there already, then the offsets of these.
-- LG001: the epoch is no longer held. LG002: a key was used for another body (DETAIL names it).
CREATE FUNCTION log.append_to(of_stream integer, held bigint, keys text[], bodies bytea[])
RETURNS bigint[]
LANGUAGE plpgsql AS $$
DECLARE
    fence log.stream;
    newest log.segment;
    tail bigint := 0;
    segments text;
    is_known boolean := false;
    known bigint[];
    known_offsets bigint[];
    other bigint;
    appended bigint;
BEGIN
    -- The row is locked and not written: a counter in it would leave a dead row per append.
    SELECT * INTO fence FROM log.stream WHERE id = of_stream FOR NO KEY UPDATE;
    IF fence.epoch IS DISTINCT FROM held THEN
        RAISE EXCEPTION 'stream % is held by % in epoch %', fence.name, fence.owner, fence.epoch
            USING ERRCODE = 'LG001';
    END IF;
    SELECT * INTO newest FROM log.segment WHERE stream = of_stream ORDER BY number DESC LIMIT 1;
    IF newest IS NOT NULL THEN
        -- Nearly always no key is known. To ask just that is quick to plan, and planning is what
        -- this costs: it is planned anew each time, since segments come and go.
        SELECT string_agg(
            format('EXISTS (SELECT 1 FROM log.segment_%s_%s WHERE key = ANY ($1))', stream, number),
            ' OR ')
        INTO segments FROM log.segment WHERE stream = of_stream AND NOT is_removed;
        EXECUTE format(
            'SELECT (SELECT max(record_offset) FROM log.segment_%s_%s), %s',
            newest.stream, newest.number, segments)
        INTO tail, is_known USING keys;
    END IF;
    IF is_known THEN
        SELECT string_agg(
            format('SELECT record_offset, key, body FROM log.segment_%s_%s', stream, number),
            ' UNION ALL ')
        INTO segments FROM log.segment WHERE stream = of_stream AND NOT is_removed;
        EXECUTE format(
            'SELECT array_agg(e.n), array_agg(r.record_offset),'
            ' min(e.n) FILTER (WHERE r.body <> e.body)'
            ' FROM unnest($1, $2) WITH ORDINALITY AS e (key, body, n) JOIN (%s) r ON r.key = e.key',
            segments)
        INTO known, known_offsets, other USING keys, bodies;
    END IF;
    IF other IS NOT NULL THEN
        RAISE EXCEPTION 'a key of stream % was used for another record', fence.name
            USING ERRCODE = 'LG002', DETAIL = keys[other];
    END IF;
    IF cardinality(known) = cardinality(keys) THEN
        RETURN tail || known || known_offsets;
    END IF;
    IF newest IS NULL OR tail - newest.first_offset + 1 >= fence.segment_records THEN
        newest.stream := of_stream;
        newest.number := coalesce(newest.number, 0) + 1;
        PERFORM log.begin_segment(of_stream, newest.number, tail + 1);
    END IF;
    EXECUTE format(
        'INSERT INTO log.segment_%s_%s'
        ' SELECT $3 + row_number() OVER (ORDER BY e.n), e.key, e.body, $4'
        ' FROM unnest($1, $2) WITH ORDINALITY AS e (key, body, n)'
        ' WHERE $5 IS NULL OR e.n <> ALL ($5)',
        newest.stream, newest.number)
    USING keys, bodies, tail, (extract(epoch FROM clock_timestamp()) * 1000000)::bigint, known;
    GET DIAGNOSTICS appended = ROW_COUNT;
    PERFORM pg_notify('log/' || fence.name, (tail + appended)::text);
    RETURN tail || known || known_offsets;
END $$;

CREATE FUNCTION log.last_offset(of_name text) RETURNS bigint
LANGUAGE plpgsql STABLE AS $$
DECLARE
    newest log.segment;
    tail bigint;
BEGIN
    SELECT g.* INTO newest FROM log.segment g JOIN log.stream s ON s.id = g.stream
    WHERE s.name = of_name ORDER BY g.number DESC LIMIT 1;
    IF newest IS NULL THEN
        RETURN 0;
    END IF;
    EXECUTE format(
        'SELECT max(record_offset) FROM log.segment_%s_%s', newest.stream, newest.number)
    INTO tail;
    RETURN tail;
END $$;

-- Takes the segments that lie wholly before an offset out of the list, never the newest; their
-- tables are dropped afterwards, where no append can be looking at them any more.
CREATE FUNCTION log.retain(of_name text, from_offset bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
    of_stream integer;
    removed bigint;
BEGIN
    SELECT id INTO of_stream FROM log.stream WHERE name = of_name FOR NO KEY UPDATE;
    WITH spans AS (
        SELECT number, first_offset, lead(first_offset) OVER (ORDER BY number) AS next_offset
        FROM log.segment WHERE stream = of_stream AND NOT is_removed
    ), gone AS (
        UPDATE log.segment g SET is_removed = true FROM spans
        WHERE g.stream = of_stream AND g.number = spans.number
            AND spans.next_offset <= from_offset
        RETURNING spans.next_offset - spans.first_offset AS records
    )
    SELECT coalesce(sum(records), 0) INTO removed FROM gone;
    RETURN removed;
END $$;

-- Streams, the segments their records lie in, and leases.
--
-- A segment is a table of its own, log.segment_<stream>_<number>: a reader names it directly, and
-- retention drops it whole. log.segment is their list; a segment is never empty.

CREATE SEQUENCE log.epoch;

CREATE TABLE log.stream (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE,
    epoch bigint NOT NULL,
    owner text NOT NULL,
    segment_records bigint NOT NULL CHECK (segment_records > 0)
);

CREATE TABLE log.segment (
    stream integer NOT NULL REFERENCES log.stream,
    number integer NOT NULL,
    first_offset bigint NOT NULL,
    is_removed boolean NOT NULL DEFAULT false,  -- no longer read; its table may still be there
    PRIMARY KEY (stream, number)
);

CREATE TABLE log.lease (
    name text COLLATE "C" PRIMARY KEY,
    owner text NOT NULL,
    epoch bigint NOT NULL,
    held_until timestamptz NOT NULL
);

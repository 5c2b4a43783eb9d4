from django.db import migrations

# The embedded database comes without pg_trgm; an array of three-letter pieces and PostgreSQL's own
# index of arrays find a part of a name or address as well. Read by ``people/searching.py``. The
# stated cost keeps the planner from computing the pieces of every person where it need not.
FUNCTION = """
CREATE FUNCTION people_pieces(said text) RETURNS text[]
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE COST 10000 AS $$
    SELECT coalesce(array_agg(DISTINCT substr(said, place, 3)), '{}')
    FROM generate_series(1, char_length(said) - 2) AS place
$$
"""
INDEX = """
CREATE INDEX people_person_pieces ON people_person
USING gin (people_pieces(lower(email || ' ' || display_name || ' ' || legal_name)))
"""


class Migration(migrations.Migration):
    dependencies = [("people", "0001_first")]

    operations = [
        migrations.RunSQL(FUNCTION, "DROP FUNCTION people_pieces(text)"),
        migrations.RunSQL(INDEX, "DROP INDEX people_person_pieces"),
    ]

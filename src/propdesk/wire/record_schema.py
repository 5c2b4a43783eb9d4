"""The JSON schema of the log's small records, generated from their forms.

``docs/reference/log-records.schema.json`` holds what is printed here and a test compares the two:
a change of a record is seen in the review. It must not be written by hand.
"""

import json
from typing import Any

import msgspec

from propdesk.wire.record_forms import SMALL_FORMS


def record_schema() -> dict[str, Any]:
    """The bodies by their words, with the number and version that stand before them."""
    schemas, definitions = msgspec.json.schema_components(
        [form.line for form in SMALL_FORMS], ref_template="#/$defs/{name}"
    )
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Records of the log, without batches of ticks",
        "records": {
            form.word: {"type": form.number, "version": form.version, **schema}
            for form, schema in zip(SMALL_FORMS, schemas, strict=True)
        },
        "$defs": dict(sorted(definitions.items())),
    }


def record_schema_text() -> str:
    """The file's text."""
    return json.dumps(record_schema(), indent=1) + "\n"

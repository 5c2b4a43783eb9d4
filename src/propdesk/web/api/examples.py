"""Examples of what is sent and answered, put together from the examples of their fields.

It must not invent a value where a field has one.
"""

from collections.abc import Mapping
from typing import Any

_BY_FORMAT = {
    "uuid": "01939a3c-5f7e-7a52-9b1e-2f6d1c0a9e11",
    "date": "1990-12-31",
    "date-time": "2026-11-23T12:00:00Z",
}
_BY_TYPE: dict[str, Any] = {
    "boolean": True,
    "integer": 1,
    "null": None,
    "object": {},
    "string": "",
    "number": 1,
}


def example_of(schema: Mapping[str, Any], schemas: Mapping[str, Any]) -> Any:
    """A value that fits ``schema``; references are looked up in ``schemas`` by their last word."""
    if "examples" in schema:
        return schema["examples"][0]
    if "$ref" in schema:
        return example_of(schemas[schema["$ref"].rsplit("/", 1)[-1]], schemas)
    if "default" in schema:
        return schema["default"]
    for several in ("anyOf", "allOf"):
        if several in schema:
            return example_of(schema[several][0], schemas)
    if "enum" in schema:
        return schema["enum"][0]
    if "properties" in schema:
        return {name: example_of(each, schemas) for name, each in schema["properties"].items()}
    if schema.get("type") == "array":
        return [example_of(schema.get("items", {}), schemas)]
    if "minimum" in schema:
        return schema["minimum"]
    by_type = _BY_TYPE.get(schema.get("type", "object"))
    return _BY_FORMAT.get(schema.get("format", ""), by_type)

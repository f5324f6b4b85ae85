"""JSON Schema of the stack files, for editors: `python -m config.schema > config/schema.json`."""

import json

from config.load import NAMESPACE
from config.platform import Platform


def schema() -> dict[str, object]:
    """A Pulumi stack file whose keys below `config` that are ours are checked; all others are Pulumi's and its providers'."""
    platform = Platform.model_json_schema()
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Stack of ml-platform",
        "type": "object",
        "required": ["config"],
        "properties": {
            "config": {
                "type": "object",
                "required": [f"{NAMESPACE}:{key}" for key in platform["required"]],
                "properties": {f"{NAMESPACE}:{key}": value for key, value in platform["properties"].items()},
                "patternProperties": {f"^(?!{NAMESPACE}:)": True},
                "additionalProperties": False,
            }
        },
        "$defs": platform["$defs"],
    }


if __name__ == "__main__":
    print(json.dumps(schema(), indent=2))

"""From a pydantic model to the structural OpenAPI schema that Kubernetes asks for."""

import json
from typing import Any

from bughive_crds.model import ApiModel

Schema = dict[str, Any]

_DROPPED = ("title", "propertyNames", "patternProperties", "additionalProperties", "exclusiveMinimum")


def structural_schema(model: type[ApiModel]) -> Schema:
    """The model's schema without ``$ref`` and ``anyOf``, which a CRD forbids.

    Objects' defaults become ``{}``, so that each field's default is written once, at the field.
    """
    schema = model.model_json_schema(by_alias=True)
    return _inline(schema, schema.get("$defs", {}))


def _inline(node: Schema, definitions: dict[str, Schema]) -> Schema:
    node = _resolve(node, definitions)
    result = {key: value for key, value in node.items() if key not in (*_DROPPED, "$defs", "properties", "items")}
    if "properties" in node:
        result["properties"] = {name: _inline(part, definitions) for name, part in node["properties"].items()}
        if isinstance(result.get("default"), dict):
            result["default"] = {}
    elif node.get("type") == "object":
        result["additionalProperties"] = _inline(node["additionalProperties"], definitions)
        result["default"] = {}
    if "items" in node:
        result["items"] = _inline(node["items"], definitions)
    if "description" in result:
        result["description"] = " ".join([*result["description"].split(), *_bounds(result)])
    if result.get("type") == "integer":
        result["format"] = "int64"
    return dict(sorted(result.items(), key=lambda pair: (pair[0] == "properties", pair[0])))


def _bounds(leaf: Schema) -> list[str]:
    """Default and bounds in words: ``kubectl explain`` shows nothing but the description."""
    words = {"default": "Default", "minimum": "At least", "maximum": "At most"}
    return [
        f"{word} {json.dumps(leaf[key])}." for key, word in words.items() if leaf.get(key) not in (None, "", [], {})
    ]


def _resolve(node: Schema, definitions: dict[str, Schema]) -> Schema:
    """Follow ``$ref`` and drop the ``null`` branch of an optional field; what stands beside them wins."""
    if "$ref" in node:
        target = definitions[node["$ref"].rsplit("/", 1)[-1]]
        return _resolve({**target, **{key: value for key, value in node.items() if key != "$ref"}}, definitions)
    if "anyOf" in node:
        (branch,) = (branch for branch in node["anyOf"] if branch.get("type") != "null")
        beside = {key: value for key, value in node.items() if key != "anyOf"}
        if beside.get("default", ...) is None:
            del beside["default"]
        return _resolve({**branch, **beside}, definitions)
    return node

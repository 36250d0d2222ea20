"""The base of every model in the API, the rules it can carry, and the closed sets that kinds share."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, ClassVar, Self

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler, model_validator
from pydantic.alias_generators import to_camel
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, core_schema

VALIDATIONS = "x-kubernetes-validations"


@dataclass(frozen=True)
class Rule:
    """A constraint that spans fields: in CEL for the API server, in Python for ``bughive crawl``.

    A test runs the same good and bad manifests through both.
    """

    cel: str
    holds: Callable[[Any], bool]
    message: str
    """What is wrong and what to write instead."""


@dataclass(frozen=True)
class Matching:
    """A string that matches a regular expression, refused with a sentence rather than the expression."""

    pattern: str
    """RE2 and Python syntax alike, for the whole string."""
    message: str

    def _check(self, value: str) -> str:
        if not re.fullmatch(self.pattern, value):
            raise ValueError(self.message)
        return value

    def __get_pydantic_core_schema__(self, source: type, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_after_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(self, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        rule = {"rule": f"self.matches(r'^(?:{self.pattern})$')", "message": self.message}
        return {**handler(schema), VALIDATIONS: [rule]}


class ApiModel(BaseModel):
    """A frozen part of a resource: snake_case here, camelCase on the wire, unknown fields refused."""

    model_config = ConfigDict(
        alias_generator=to_camel,
        populate_by_name=True,
        extra="forbid",
        frozen=True,
        use_attribute_docstrings=True,
        hide_input_in_errors=True,  # headers and addresses may hold secrets, and errors go into statuses and logs
    )

    rules: ClassVar[tuple[Rule, ...]] = ()
    """What must hold between the fields of this part."""

    @model_validator(mode="after")
    def _keep_the_rules(self) -> Self:
        broken = [rule.message for rule in self.rules if not rule.holds(self)]
        if broken:
            raise ValueError("; ".join(broken))
        return self

    @classmethod
    def __get_pydantic_json_schema__(cls, schema: CoreSchema, handler: GetJsonSchemaHandler) -> JsonSchemaValue:
        result = handler(schema)
        if cls.rules:
            part = handler.resolve_ref_schema(result)
            part[VALIDATIONS] = [{"rule": rule.cel, "message": rule.message} for rule in cls.rules]
        return result


class Severity(StrEnum):
    """How much a bug hurts the site's users, from worst to least."""

    CRITICAL = "Critical"
    HIGH = "High"
    MEDIUM = "Medium"
    LOW = "Low"

    @property
    def rank(self) -> int:
        """0 for the worst; sorts findings worst first."""
        return list(Severity).index(self)

    def at_least(self, other: "Severity") -> bool:
        """Whether this is as bad as ``other`` or worse."""
        return self.rank <= other.rank

"""Rules as events quote them: events that quote the same rules share one object, or a thousand projects would fill the memory."""

from __future__ import annotations

from functools import lru_cache
from typing import Annotated, Any

import orjson
from pydantic import ValidatorFunctionWrapHandler, WrapValidator

from domain.rules import Rules


@lru_cache(maxsize=256)
def _understood(quoted: bytes) -> Rules:
    return Rules.model_validate_json(quoted)


def _shared(value: Any, handler: ValidatorFunctionWrapHandler) -> Rules:
    return _understood(orjson.dumps(value)) if isinstance(value, dict) else handler(value)


QuotedRules = Annotated[Rules, WrapValidator(_shared)]
"""The rules in a stored event: read once, since they are most of what there is to read, and most of what there is to keep."""

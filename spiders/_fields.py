"""Reading one record leniently: a field that does not fit becomes unknown, the rest of the record is kept."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

Model = TypeVar("Model", bound=BaseModel)


def tolerant(model: type[Model], data: Mapping[str, Any]) -> tuple[Model, tuple[str, ...]]:
    """The record and the names of the fields rejected; ValidationError when a required field does not fit."""
    try:
        return model.model_validate(data), ()
    except ValidationError as error:
        unfit = dict.fromkeys(str(problem["loc"][0]) for problem in error.errors(include_url=False) if problem["loc"])
        rest = {name: value for name, value in data.items() if name not in unfit}
        if len(rest) == len(data):
            raise
        return model.model_validate(rest), tuple(unfit)

"""Reading one record leniently: a field that does not fit becomes unknown, the rest of the record is kept.

Nothing is guessed: a number written as text, or true for a number, does not fit.
"""

import logging
import math
from collections.abc import Mapping, Sequence
from functools import lru_cache
from types import UnionType
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from pydantic import AliasChoices, AliasPath, BaseModel, BeforeValidator, ValidationError

log = logging.getLogger(__name__)

Model = TypeVar("Model", bound=BaseModel)
WrittenInt = Annotated[int, BeforeValidator(int)]  # of sources that document a number as text
SIGNED = frozenset({"karma", "score", "reputation", "votes"})  # figures that may be below zero
MOST = float(2**63)


def tolerant(model: type[Model], data: Mapping[str, Any]) -> tuple[Model, tuple[str, ...]]:
    """The record and the names of the fields rejected; ValidationError when a required field does not fit.

    Of a list single items may not fit: those are left out, and each is named as "field[]".
    """
    guessed = _guessed(model, data)
    rest = {name: value for name, value in data.items() if name not in guessed} if guessed else data
    try:
        return model.model_validate(rest), guessed
    except ValidationError as error:
        shorter, dropped = _without_items(rest, _problems(error))
        kept, unfit = _without_fields(model, shorter, error)
        return model.model_validate(kept), (*guessed, *dropped, *unfit)


def unread(model: type[BaseModel], data: Any) -> list[str]:
    """The names in an object that no field of the model reads."""
    return [str(name) for name in data.keys() - _names(model)] if isinstance(data, dict) else []


def _without_items(data: Mapping[str, Any], problems: Sequence[Any]) -> tuple[Mapping[str, Any], list[str]]:
    """The data without items of lists that do not fit by themselves, and the name of the list for each of them."""
    bad: dict[str, set[int]] = {}
    for problem in problems:
        name, *inner = problem["loc"] or ("",)
        if len(inner) == 1 and isinstance(inner[0], int) and isinstance(data.get(name), list):
            bad.setdefault(name, set()).add(inner[0])
    # A list none of whose items fits is another kind of list: the field is unknown, not empty.
    bad = {name: places for name, places in bad.items() if len(places) < len(data[name])}
    fit = {name: [one for at, one in enumerate(data[name]) if at not in places] for name, places in bad.items()}
    return {**data, **fit} if fit else data, [f"{name}[]" for name, places in bad.items() for _ in places]


def _without_fields(
    model: type[BaseModel], data: Mapping[str, Any], error: ValidationError
) -> tuple[Mapping[str, Any], list[str]]:
    """The data without fields that still do not fit, and their names; the error again if none of them can be left."""
    try:
        model.model_validate(data)
    except ValidationError as again:
        error = again
    else:
        return data, []
    unfit = {str(problem["loc"][0]): problem["msg"] for problem in _problems(error) if problem["loc"]}
    if not unfit:
        raise error  # no record at all
    kept = {name: value for name, value in data.items() if name not in unfit}
    if len(kept) == len(data):
        raise error  # without something it needs
    for name, reason in unfit.items():
        _note(model.__name__, name, reason)
    return kept, list(unfit)


def fit_figures(figures: Mapping[str, float]) -> dict[str, float]:
    """The figures that can be true: finite, in 64 bits, and no count below zero."""
    return {name: value for name, value in figures.items() if _is_fit(name, value)}


def _is_fit(name: str, value: float) -> bool:
    return math.isfinite(value) and abs(value) < MOST and (value >= 0 or name in SIGNED)


def _problems(error: ValidationError) -> list[Any]:
    return list(error.errors(include_url=False, include_input=False))


def _guessed(model: type[BaseModel], data: Mapping[str, Any]) -> tuple[str, ...]:
    """Fields that would only fit by guessing."""
    if not isinstance(data, dict):
        return ()
    for name in (found := [name for name in _numbers(model) if isinstance(data.get(name), str | bool)]):
        _note(model.__name__, name, "wrong_type")
    return tuple(found)


@lru_cache(maxsize=4096)
def _note(model: str, name: str, reason: str) -> None:
    """Log why a field of a record was left out: once, however many records there are; each is counted by its reader."""
    log.info("%s.%s is left out where it does not fit: %s", model, name, reason)


@lru_cache(maxsize=256)
def _names(model: type[BaseModel]) -> frozenset[str]:
    """The names a model reads, as sources write them."""
    said = {one for name, field in model.model_fields.items() for one in (name, field.alias) if one}
    choices = (field.validation_alias for field in model.model_fields.values())
    return frozenset(said | {str(part) for one in choices if one is not None for part in _spelled(one)})


def _spelled(alias: Any) -> list[Any]:
    """The outer names of an alias: itself, the first step of a path, each of several choices."""
    if isinstance(alias, AliasChoices):
        return [part for one in alias.choices for part in _spelled(one)]
    return [alias.path[0]] if isinstance(alias, AliasPath) else [alias]


@lru_cache(maxsize=256)
def _numbers(model: type[BaseModel]) -> tuple[str, ...]:
    """The names, as sources write them, of fields that hold nothing but a number and take no text on purpose."""
    return tuple(
        field.alias or name
        for name, field in model.model_fields.items()
        if _is_number(field.annotation) and not any(hasattr(one, "func") for one in field.metadata)
    )


def _is_number(annotation: Any) -> bool:
    if get_origin(annotation) in (Union, UnionType):
        return all(_is_number(one) for one in get_args(annotation) if one is not type(None))
    return annotation in (int, float)

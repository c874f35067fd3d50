"""Which family a model of harness results is of and how large it is: from the files, the names, or the user's table."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import pandas as pd

from pipeline.core import files
from pipeline.core.errors import PipelineError
from pipeline.core.settings import Settings
from pipeline.core.wording import counted, listed, one_line
from pipeline.load import given, model_names

FILE = "models.csv"
REQUIRED = ("model", "family", "params")
MOST_SHOWN = 30
UNITS = (("B", 1e9), ("M", 1e6))
LEFT_OUT, NO_SIZE = "left out in models.csv", "size not known"


class Model(NamedTuple):
    """A model as its results name it.

    Attributes:
        model: the name.
        family: the models that it stands in one curve with; none where the user leaves it out.
        params: single parameters; none where they are not known.
        tokens_per_step: of its training; none where they are not known.
        basis: where the size is from.
    """

    model: str
    family: str | None
    params: float | None
    tokens_per_step: float | None
    basis: str

    @property
    def unknown(self) -> str | None:
        """Why it cannot be placed on a curve."""
        return LEFT_OUT if not self.family else None if self.params else NO_SIZE


def of(values: pd.DataFrame, settings: Settings) -> pd.DataFrame:
    """One row per model of the values, with `unknown`.

    Prints the table, and writes it to models.csv in the folder of the results, to edit and to give back as MODELS.

    Args:
        values: with `model` and `params`, as the harness counted them.
        settings: the run.

    Raises:
        PipelineError: MODELS cannot be used.
    """
    told = _given(settings) if settings.models else {}
    sizes = values.dropna(subset="params").groupby("model")["params"].agg(lambda own: float(own.mode().iloc[0]))
    names = sorted(str(name) for name in values["model"].unique())
    models = [told[name] if name in told else _named(name, sizes.get(name)) for name in names]
    models.sort(key=lambda one: (one.family or "\U0010ffff", one.params or float("inf"), one.model))
    _show(models)
    if settings.models:
        _warn("has models without results", told.keys() - set(names), settings.models)
    else:
        _write(models, settings)
    unplaced = [one.model for one in models if one.unknown == NO_SIZE]
    _warn("LEFT OUT, size not known; fill in params in models.csv", unplaced)
    table = pd.DataFrame([(*one, one.unknown) for one in models], columns=(*Model._fields, "unknown"))
    texts = dict.fromkeys(("model", "family", "basis", "unknown"), "object")
    return table.astype(texts | {"params": "float64", "tokens_per_step": "float64"})


def _named(model: str, counted_by_harness: float | None) -> Model:
    name = model_names.parse(model)
    if counted_by_harness:
        return Model(model, name.family, counted_by_harness, None, "counted by the harness")
    return Model(model, name.family, name.params, None, "its name" if name.params else "not known")


def _given(settings: Settings) -> dict[str, Model]:
    """The user's table, by model.

    Raises:
        PipelineError: it cannot be read, lacks columns, names a model twice, or holds what is no number.
    """
    found: dict[str, Model] = {}
    remedy = f"start from the {FILE} that a run without MODELS writes."
    for place, cells in given.rows(settings, "MODELS", settings.models, REQUIRED, remedy):
        one = _model(cells, place, settings.models)
        if one.model in found:
            raise PipelineError(f"{place}: {one_line(one.model)} stands there twice. Next: remove one of the two.")
        found[one.model] = one
    return found


def _model(cells: Mapping[str, str], place: str, shown: str) -> Model:
    params, tokens = (_size(cells.get(name, ""), f"{place}: {name}") for name in ("params", "tokens_per_step"))
    if not cells["model"]:
        raise PipelineError(f"{place}: names no model. Next: name it, or remove the line.")
    return Model(cells["model"], cells["family"] or None, params, tokens, shown)


def _size(text: str, place: str) -> float | None:
    """A positive number, or a size as people write it; none where nothing is written."""
    if not text:
        return None
    try:
        size = float(text)
    except ValueError:
        size = model_names.parse(text).params or 0.0
    if not 0 < size < float("inf"):
        raise PipelineError(f"{place} is no positive number: {one_line(text, 40)}. Next: write 1400000000 or 1.4b.")
    return size


def _show(models: Sequence[Model]) -> None:
    families = {one.family for one in models if one.family}
    print(f"models   {counted(len(models), 'model')} in {counted(len(families), 'family', 'families')}")
    for one in models[:MOST_SHOWN]:
        said = f"{one_line(one.family or '-')}: {_shown_size(one)}  {one_line(one.model)}"
        print(f"models     {said} ({one.basis})")
    if len(models) > MOST_SHOWN:
        print(f"models     and {len(models) - MOST_SHOWN:,} more")


def _shown_size(one: Model) -> str:
    if one.unknown or one.params is None:
        return str(one.unknown)
    return next((f"{one.params / size:.3g}{unit}" for unit, size in UNITS if one.params >= size), f"{one.params:.0f}")


def _warn(what: str, names: Iterable[str], where: str = "") -> None:
    named = sorted(names)
    if named:
        print(f"models   {where}{' ' if where else ''}{what}: {listed(named)}")


def _write(models: Sequence[Model], settings: Settings) -> None:
    """Write models.csv, unless one lies there that is not as this run would write it: it may have been edited."""
    path = settings.results() / FILE
    text = pd.DataFrame(models, columns=Model._fields).to_csv(index=False, float_format="%.15g", lineterminator="\n")
    shown = settings.shown(path)
    if path.is_file() and path.read_bytes() != text.encode():
        print(f"models   {shown} is not what the results say, and is left as it is. To use it: MODELS={shown}")
        return
    files.write_text(path, text)
    print(f"models   wrong? Edit {shown} (an empty family leaves a model out) and give it back: MODELS={shown}")

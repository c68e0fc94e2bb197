# SPDX-License-Identifier: Apache-2.0
"""A classifier as bytes: numpy arrays and one JSON text in an .npz. Nothing in it can be run, whoever sends it."""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

import numpy as np

from belltower.analytics.text.calibrating import Calibration
from belltower.analytics.text.classifying import Classifier
from belltower.analytics.text.vectors import Vocabulary

FORMAT = 1
"""Grows with every change of what a gram, a weight or the calibration means: a model of another format is refused."""
_LARGEST = 2 * 2**30  # bytes unpacked: enough for 200 labels, and no bomb
_ARRAYS = {"keys": np.int64, "rarity": np.float32, "weights": np.float32, "about": np.uint8}


def as_bytes(model: Classifier) -> bytes:
    """The model as a file."""
    about = {
        "format": FORMAT, "labels": list(model.labels), "slope": model.calibration.slope,
        "shifts": list(model.calibration.shifts), "sure": list(model.calibration.sure), "digest": model.digest, "texts": model.texts,
        "columns": list(model.columns),
    }  # fmt: skip
    told = np.frombuffer(json.dumps(about, ensure_ascii=False).encode(), dtype=np.uint8)
    out = io.BytesIO()
    vocabulary = model.vocabulary
    np.savez_compressed(out, keys=vocabulary.keys, rarity=vocabulary.rarity, weights=model.weights, about=told)
    return out.getvalue()


def read(data: bytes) -> Classifier:
    """The model in a file. Raises ValueError for anything that is not one, or of another format."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as packed:
            if sum(each.file_size for each in packed.infolist()) > _LARGEST:
                raise ValueError("the model is larger than a model can be")
        with np.load(io.BytesIO(data), allow_pickle=False) as file:
            arrays = {name: file[name] for name in _ARRAYS}
        about = json.loads(arrays.pop("about").tobytes())
        return _checked(arrays, about)
    except (
        zipfile.BadZipFile,
        KeyError,
        OSError,
        UnicodeDecodeError,
        json.JSONDecodeError,
        TypeError,
        EOFError,
    ) as why:
        raise ValueError("this is no model of texts") from why


def _checked(arrays: dict[str, Any], about: dict[str, Any]) -> Classifier:
    if about["format"] != FORMAT:
        raise ValueError(f"the model is of format {about['format']}, this version reads {FORMAT}: train it again")
    labels, shifts = tuple(map(str, about["labels"])), tuple(map(float, about["shifts"]))
    [line, height] = map(float, about.get("sure", (1.0, 0.0)))
    keys, rarity, weights = arrays["keys"], arrays["rarity"], arrays["weights"]
    fits = (
        all(arrays[name].dtype == kind for name, kind in _ARRAYS.items() if name in arrays)
        and keys.ndim == 1 and rarity.shape == keys.shape and weights.shape == (len(keys) + 1, len(labels))
        and len(shifts) == len(labels) == len(set(labels)) and bool((np.diff(keys) > 0).all())
        and bool(np.isfinite(weights).all()) and bool(np.isfinite(rarity).all())
        and bool(np.isfinite([float(about["slope"]), line, height, *shifts]).all())
    )  # fmt: skip
    if not fits:
        raise ValueError("the parts of the model do not fit each other")
    vocabulary = Vocabulary(np.ascontiguousarray(keys), np.ascontiguousarray(rarity))
    calibration = Calibration(float(about["slope"]), shifts, (line, height))
    weights = np.ascontiguousarray(weights)
    return Classifier(
        labels,
        vocabulary,
        weights,
        calibration,
        str(about["digest"]),
        int(about["texts"]),
        tuple(map(str, about["columns"])),
    )

"""Several models in one container: SageMaker loads, lists, asks and unloads them by name.

Contract: SageMaker Developer Guide, "Custom Containers Contract for Multi Model Endpoints". SageMaker fetches an
artifact into a folder of the container, then says its name and where it is.

Several processes answer requests. What is loaded is a file for each model in a folder that they share: the process that
is told of a model tries it and writes the file, the others load it at the first request that names it, and drop it when
the file has gone.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from model_server.errors import ModelError, RequestError
from model_server.model import XGBoostModel, load

# SageMaker unloads another model when it is told 507.
_NO_ROOM = 507


@dataclass(frozen=True)
class RegisteredModel:
    """A model that SageMaker has loaded: the name that it calls it by, and the folder of its artifact."""

    name: str
    url: str

    def document(self) -> dict[str, str]:
        """As the contract has it."""
        return {"modelName": self.name, "modelUrl": self.url}


class ModelRegistry:
    """The models of a container; `folder` is shared by its processes, `most` bounds how many are kept in memory."""

    def __init__(self, folder: Path, root: Path, most: int) -> None:
        self._folder, self._root, self._most = folder, root.resolve(), most
        self._loaded: dict[str, tuple[str, XGBoostModel]] = {}

    def load(self, name: str, url: str) -> RegisteredModel:
        """Load a model. Raises RequestError: 409 for a name that is taken, 507 without room, 400 for what is none."""
        path = self._path(name)
        if path.exists():
            raise RequestError(409, "already_loaded", "a model of this name is loaded; unload it first")
        if len(self.all()) >= self._most:
            raise RequestError(_NO_ROOM, "no_room", f"{self._most} models are loaded; unload one first")
        model = self._read(name, url)
        entry = RegisteredModel(name, url)
        temporary = path.with_name(f"{path.name}.{os.getpid()}")
        temporary.write_text(json.dumps(entry.document()), encoding="utf-8")
        try:
            # A link does not take the place of one that is there: of two processes one is told of the conflict.
            os.link(temporary, path)
        except FileExistsError:
            raise RequestError(409, "already_loaded", "a model of this name is loaded; unload it first") from None
        finally:
            temporary.unlink()
        self._loaded[name] = (url, model)
        return entry

    def unload(self, name: str) -> RegisteredModel:
        """Drop a model. Raises RequestError: 404 for one that is not loaded."""
        entry = self.registered(name)
        with contextlib.suppress(FileNotFoundError):
            self._path(name).unlink()
        self._loaded.pop(name, None)
        return entry

    def registered(self, name: str) -> RegisteredModel:
        """A loaded model's entry. Raises RequestError: 404 for one that is not loaded."""
        try:
            document = json.loads(self._path(name).read_text(encoding="utf-8"))
        except FileNotFoundError:
            self._loaded.pop(name, None)
            raise RequestError(404, "not_loaded", "no model of this name is loaded") from None
        return RegisteredModel(document["modelName"], document["modelUrl"])

    def model(self, name: str) -> XGBoostModel:
        """A loaded model, read by this process if another one was told of it. Raises RequestError."""
        entry = self.registered(name)
        kept = self._loaded.get(name)
        if kept is None or kept[0] != entry.url:
            kept = (entry.url, self._read(name, entry.url))
            self._loaded[name] = kept
        return kept[1]

    def all(self) -> list[RegisteredModel]:
        """Every loaded model, by name."""
        found = []
        for path in self._folder.glob("*.json"):
            with contextlib.suppress(FileNotFoundError):
                document = json.loads(path.read_text(encoding="utf-8"))
                found.append(RegisteredModel(document["modelName"], document["modelUrl"]))
        return sorted(found, key=lambda entry: entry.name)

    def _path(self, name: str) -> Path:
        """A file by the name's hash: a name may hold anything."""
        return self._folder / f"{hashlib.sha256(name.encode()).hexdigest()}.json"

    def _read(self, name: str, url: str) -> XGBoostModel:
        """The model in a folder below the container's root. Raises RequestError."""
        if not name or not url:
            raise RequestError(400, "bad_input", "a model has a model_name and a url")
        folder = Path(url).resolve()
        if not folder.is_relative_to(self._root):
            raise RequestError(400, "bad_input", f"the url is not a folder below {self._root}")
        try:
            return load(folder)
        except ModelError as error:
            raise RequestError(400, "bad_model", str(error)) from None


def page(entries: list[RegisteredModel], token: str, limit: int) -> dict[str, Any]:
    """A page of models after `token`, the name that the page before ended with."""
    after = [entry for entry in entries if entry.name > token]
    shown = after[:limit]
    found: dict[str, Any] = {"models": [entry.document() for entry in shown]}
    return found | ({"nextPageToken": shown[-1].name} if len(after) > limit else {})

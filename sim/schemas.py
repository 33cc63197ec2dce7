"""Checking files that people write, and the JSON Schemas with which editors help them.

`python -m sim.schemas` writes the schemas anew; a test fails while they are out of date.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from sim.parameters import ParameterBook
from sim.parameters.records import JUDGEMENT, sentence_faults
from sim.regimes import load_regime
from sim.regimes.blocks import Sourced
from sim.regimes.file import PLAIN_KEYS, RegimeFile
from sim.scenario import ScenarioFile, load_scenario
from sim.study.study_file import StudyFile, load_study
from sim.toml_files import SHIPPED, Table, read_toml

Kind = Literal["scenario", "regime", "study"]
FOLDER = SHIPPED / "schema"
MODELS: dict[Kind, type[ScenarioFile] | type[RegimeFile] | type[StudyFile]] = {
    "scenario": ScenarioFile,
    "regime": RegimeFile,
    "study": StudyFile,
}


def schema(kind: Kind) -> dict[str, Any]:
    """The JSON Schema of a kind of file."""
    found = MODELS[kind].model_json_schema(by_alias=True)
    if kind != "study":  # a file that extends another may leave out whatever the other says
        found.pop("required", None)
    found["$defs"].get("Committee", {}).pop("required", None)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **found}


def schema_text(kind: Kind) -> str:
    """The schema as it stands in its file."""
    return json.dumps(schema(kind), indent=2, ensure_ascii=False) + "\n"


def write_schemas(folder: Path = FOLDER) -> list[Path]:
    """Write all schemas; returns their files."""
    folder.mkdir(parents=True, exist_ok=True)
    files = []
    for kind in MODELS:
        file = folder / f"{kind}.schema.json"
        file.write_text(schema_text(kind), encoding="utf-8")
        files.append(file)
    return files


def kind_of(path: Path) -> Kind:
    """Whether a file is a scenario, a regime or a study, by the keys that only one of them has, else by its folder."""
    keys = set(read_toml(path))
    fields = {kind: set(model.model_fields) for kind, model in MODELS.items()}
    votes = {
        kind: len(keys & own - set().union(*(other for name, other in fields.items() if name != kind)))
        for kind, own in fields.items()
    }
    best = [kind for kind, vote in votes.items() if vote == max(votes.values())]
    if len(best) == 1:
        return best[0]
    by_folder: dict[str, Kind] = {"regimes": "regime", "experiments": "study"}
    return by_folder.get(path.resolve().parent.name, "scenario")


def check(path: str | Path, book: ParameterBook | None = None) -> list[str]:
    """Read a scenario, regime or study file as a run would; returns notes that do not stop a run.

    Raises InputError for what would.
    """
    file = Path(path)
    kind = kind_of(file)
    if kind == "study":
        return load_study(file).notes()
    if kind == "regime":
        return [*load_regime(file).notes(), *lint_regime(file)]
    return load_scenario(file, book=book).notes()


def lint_regime(path: Path) -> list[str]:
    """What a regime file fails to say of its own values: status and source of each block, source and legal power
    for each row of functions, a source for each plain key."""
    table = read_toml(path)
    found = [f"{path.name}: {key} is missing" for key in ("title", "why") if not table.get(key)]
    for key in ("sources", "powers"):
        said = table.get(key, {})
        if "functions" not in said:
            bare = [function for function in table.get("functions", {}) if function not in said]
            found += [f"{path.name}: functions.{function} has no entry in [{key}]" for function in bare]
    plain = [key for key in PLAIN_KEYS if key in table and key not in table.get("sources", {})]
    found += [f"{path.name}: {key} has no entry in [sources]" for key in plain]
    for key, block in _sourced_blocks(table):
        found += [f"{path.name}: {key}: {fault}" for fault in _faults_of_block(block)]
    return found


def _sourced_blocks(table: Table) -> Iterable[tuple[str, Table]]:
    for key, field in RegimeFile.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, Sourced) and key in table:
            yield key, table[key]
    for body, block in table.get("committee", {}).items():
        yield f"committee.{body}", block


def _faults_of_block(block: Table) -> list[str]:
    status, source = block.get("status"), str(block.get("source", ""))
    found = [f"{key} is missing" for key in ("status", "source") if not block.get(key)]
    if status == "assumed":
        if not source.startswith(JUDGEMENT):
            return [*found, f"status 'assumed' needs a source that begins {JUDGEMENT!r}"]
        found += sentence_faults(source.removeprefix(JUDGEMENT))
    if status == "measured" and "memory" in source.lower():
        found.append("a row recalled from memory never supports status 'measured'")
    return found


if __name__ == "__main__":
    for written in write_schemas():
        print(written)

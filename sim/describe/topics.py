"""The parts of the model in words, for `commissim describe`; files are described in `sim.describe.files`."""

from __future__ import annotations

import textwrap
from pathlib import Path

TOPICS = ("parameters", "mechanisms", "outcomes", "regimes", "fidelity", "schedule")
WIDTH = 110


def describe(what: str) -> str:
    """Text on a topic, or on a scenario, regime or study file. Raises InputError for what is neither."""
    by_topic = {
        "parameters": parameters,
        "mechanisms": mechanisms,
        "outcomes": outcomes,
        "regimes": regimes,
        "fidelity": fidelity,
        "schedule": schedule,
    }
    if what in by_topic:
        return by_topic[what]()
    if Path(what).exists() or Path(what).suffix:
        from sim.describe.files import describe_file

        return describe_file(what)
    from sim.toml_files import unknown

    raise unknown("topic", what, [*TOPICS, "a file"])


def parameters() -> str:
    """Every parameter: name, value, unit, range, status, label, source."""
    from sim import parameters
    from sim.parameters.plausible_sets import shipped

    ensemble = shipped(synthetic=True)
    blocks = []
    for row in parameters.load().describe():
        head = f"{row['name']} = {row['value']} ({row['unit']}; {row['status']})"
        body = [row["label"], f"range: {row['range']}" if row["range"] else "", f"moves: {row['moves']}", row["source"]]
        if ensemble is not None and row["name"] in ensemble.manifest["narrowing"]:
            body.insert(2, ensemble.narrowing_text(row["name"]))
        blocks.append(_block(head, body))
    return "\n\n".join(blocks)


def mechanisms() -> str:
    """Every mechanism that a scenario may switch off: name, what it is, its parameters without it, what changes
    (and under what a small run shows that)."""
    from sim import mechanisms

    blocks = []
    for name, one in mechanisms.load().items():
        off = ", ".join(f"{parameter} = {value:g}" for parameter, value in one.neutral.items())
        needs = ", ".join(f"{key} = {value}" for key, value in one.needs.items())
        blocks.append(
            _block(name, [one.about, f"off: {off}", f"moves: {one.moves}" + (f" ({needs})" if needs else "")])
        )
    return "\n\n".join(blocks)


def outcomes() -> str:
    """Every outcome: name, unit, which way is better, definition."""
    from sim.analysis.words import BETTER_IF
    from sim.outcomes import OUTCOMES

    return "\n\n".join(
        _block(f"{name} ({words.unit}; {BETTER_IF[words.direction]})", [words.definition])
        for name, words in OUTCOMES.items()
    )


def regimes() -> str:
    """Every regime that comes with the program: stem, title, why; then all of them side by side."""
    from sim.describe.side_by_side import side_by_side
    from sim.regimes import load_regime, shipped_regimes

    loaded = [load_regime(stem) for stem in shipped_regimes()]
    return "\n\n".join([*(_block(regime.name, [regime.title, regime.why]) for regime in loaded), side_by_side(loaded)])


def fidelity() -> str:
    """The page of powers, in Markdown: function, regime, year, power and source."""
    from sim.describe.fidelity import page
    from sim.regimes import load_regime, shipped_regimes

    return page([load_regime(stem) for stem in shipped_regimes()])


def schedule() -> str:
    """The phases of a financial year, in order, each with the first line of its description."""
    from sim.year import describe_schedule

    lines = ["A financial year, 1 April to 31 March, in this order:"]
    for number, (name, about) in enumerate(describe_schedule(), start=1):
        lines.append(f"{number:3d}. {name.replace('_', ' ')}: {about}")
    lines.append(f"{len(lines):3d}. record: Every outcome is measured, at six levels.")
    return "\n".join(lines)


def _block(head: str, body: list[str]) -> str:
    lines = [head]
    for text in body:
        lines.extend(textwrap.wrap(text, WIDTH, initial_indent="    ", subsequent_indent="    "))
    return "\n".join(lines)

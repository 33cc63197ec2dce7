"""The same model as a Mesa model: one step is one financial year, agents are views on rows.

    model = CommissioningModel("one_ccg", regime="delegated", seed=7)
    model.step()
    model.agents_by_type[Practice].agg("total", sum)

Everything happens in the phases; a user adds one, or subclasses an agent. Sweeps do not come here: they use
`sim.simulate`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import mesa
import numpy as np

from sim.agents import CCG, AreaTeam, Doctor, Practice, Provider, RowAgent, Trust
from sim.measure import measure
from sim.outcomes import OUTCOMES
from sim.record import record
from sim.scenario import load_scenario
from sim.simulate import build, prepare
from sim.sums import Sums
from sim.world import states
from sim.world.world import Rows
from sim.year import PHASES, Phase, advance

AGENT_TYPES: dict[str, type[RowAgent]] = {
    "practice": Practice, "doctor": Doctor, "ccg": CCG, "area_team": AreaTeam, "trust": Trust, "provider": Provider,
}  # fmt: skip


class CommissioningModel(mesa.Model):
    """General practice in England and those who commission it.

    scenario, regime: names or paths of files; seed: of every draw, whatever Mesa's own generator does. doctors:
    register doctors as agents too.
    agent_types: your subclasses by kind ("practice", "ccg", ...). phases: the schedule of a year, any functions of
    (world, params, luck).
    reporters: for the DataCollector, beside all national outcomes. Raises InputError for files that cannot be used.
    """

    def __init__(
        self,
        scenario: str | Path = "one_ccg",
        *,
        regime: str | Path | None = None,
        seed: int = 7,
        doctors: bool = False,
        agent_types: Mapping[str, type[RowAgent]] | None = None,
        phases: Sequence[Phase] = PHASES,
        reporters: Mapping[str, Callable[[CommissioningModel], Any]] | None = None,
    ) -> None:
        super().__init__()
        self.scenario = load_scenario(scenario, regime=regime)
        self.run_seed = seed
        self.phases = tuple(phases)
        self.world, self._timeline = build(prepare(self.scenario, seed), self.scenario, self.scenario.regime)
        self.outcomes: dict[str, float] = {}
        self._types = {**AGENT_TYPES, **(agent_types or {})}
        self._kinds = [kind for kind in AGENT_TYPES if doctors or kind != "doctor"]
        self._agents_at: dict[str, dict[int, RowAgent]] = {kind: {} for kind in self._kinds}
        self._register()
        self.datacollector = mesa.DataCollector(
            model_reporters={
                "year": lambda m: m.year,
                **{name: _reporter(name) for name in OUTCOMES},
                **(reporters or {}),
            }
        )

    @property
    def year(self) -> int:
        """The last financial year that was simulated; the year before the first one until then."""
        return self.world.year - 1

    def step(self) -> None:
        """One financial year: all phases, then the agents' own `step`, then the collector."""
        params = self._timeline.year(self.world.year)
        advance(self.world, params, self.run_seed, self.phases)
        sums = Sums.empty(1, self.world)
        record(self.world, params, sums, 0)
        national = measure(self.world, sums)["national"][0, 0]
        self.outcomes = {name: float(value) for name, value in zip(OUTCOMES, national, strict=True)}
        self.world.year += 1
        self._register()
        self.agents.do("step")
        self.datacollector.collect(self)

    def graph(self, kind: str) -> Any:
        """A network of the World as a networkx graph; see `sim.world.graphs`. Raises InputError for an unknown one."""
        from sim.world.graphs import graph_of

        return graph_of(self.world, kind)

    def _register(self) -> None:
        """Adds agents for rows that came to life and removes those whose row ended or now holds somebody else."""
        for kind in self._kinds:
            rows, ids = self._alive(kind)
            known = self._agents_at[kind]
            present = {int(identity): int(row) for identity, row in zip(ids, rows, strict=True)}
            for identity in [identity for identity in known if identity not in present]:
                known.pop(identity).remove()
            for identity, row in present.items():
                if identity in known:
                    known[identity].row = row
                else:
                    known[identity] = self._types[kind](self, row)

    def _alive(self, kind: str) -> tuple[Rows, np.ndarray]:
        world = self.world
        if kind == "practice":
            rows = np.flatnonzero((world.life["state"] == states.OPEN) | (world.life["state"] == states.CARETAKER))
            return rows, world.place["id"][rows]
        if kind == "doctor":
            rows = np.flatnonzero(world.doctors["practice"] >= 0)
            return rows, world.doctors["id"][rows]
        table = {"ccg": world.ccgs, "area_team": world.area_teams, "trust": world.trusts, "provider": world.providers}[
            kind
        ]
        rows = np.flatnonzero(table["open"]) if kind == "area_team" else np.arange(len(table))
        return rows, table["id"][rows]


def _reporter(name: str) -> Callable[[CommissioningModel], float]:
    return lambda model: model.outcomes[name]

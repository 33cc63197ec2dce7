"""The virtual survey: lets years pass and asks the model's doctors, as an engine of studies like any other."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from sim.measure import places_of
from sim.regimes import Regime
from sim.rules.statements import GRADES, GROUPS, QUESTIONS, survey
from sim.scenario import Scenario
from sim.simulate import RunResult, Start, build
from sim.study.conduct import model_engine
from sim.study.records import Engine
from sim.year import advance


def column(group: str, question: str, grade: str) -> str:
    """Name of the share of a group that gives a grade of answer to a question."""
    return f"{group}.{question}.{grade}"


COLUMNS = tuple(column(group, question, grade) for group in GROUPS for question in QUESTIONS for grade in GRADES)


def hold_survey(
    start: Start, scenario: Scenario, regime: Regime, seed: int, years: int, draw: Mapping[str, float] | None = None
) -> RunResult:
    """Asks all GPs at the end of the last of some years. Values: the share of each column, once, for all England.

    The first year ends in March 2015: the winter in which the doctors of seed article 001 were asked. Shares are
    expectations; a poll of so many doctors would differ from them by chance. NaN for a group in which nobody is.
    """
    world, timeline = build(start, replace(scenario, years=years), regime, draw)
    for _ in range(years):
        params = timeline.year(world.year)
        advance(world, params, seed)
        world.year += 1
    found = survey(world, params)
    heads = found.sum(axis=2, keepdims=True)
    shares = np.divide(found, heads, out=np.full_like(found, np.nan), where=heads > 0.0)
    national = {"national": places_of(world)["national"]}
    return RunResult([world.year - 1], COLUMNS, national, {"national": shares.reshape(1, 1, -1)})


def survey_engine() -> Engine:
    """The model, asked once at its end."""
    return model_engine(hold_survey)

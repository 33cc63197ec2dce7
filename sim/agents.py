"""Agents as views: each holds the id and row of one practice, doctor, CCG, area team, trust or provider, and reads
the columns.

Every column of the agent's groups is an attribute (`practice.total`, `practice.gp_fte`), with the names,
units and meanings of `sim.world.columns`. Assigning to an attribute changes the World.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import mesa

from sim.world.columns import CCG_GROUPS, DOCTOR_GROUPS, GROUPS, PRACTICE_GROUPS

if TYPE_CHECKING:
    from sim.model import CommissioningModel


def _view(group: str, column: str, meaning: str) -> property:
    """An attribute that reads and writes one column at the agent's row."""

    def read(self: Any) -> Any:
        return getattr(self.model.world, group)[column][self.row].item()

    def write(self: Any, value: Any) -> None:
        getattr(self.model.world, group)[column][self.row] = value

    return property(read, write, doc=meaning)


class RowAgent(mesa.Agent):
    """A Mesa agent that is a view on one row. Subclass one of the six below to add behaviour.

    row: where the agent stands now; id: for life. groups: the column groups whose columns are its attributes.
    """

    groups: ClassVar[tuple[str, ...]] = ()
    model: CommissioningModel

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "groups" in cls.__dict__:
            for group in cls.groups:
                for column, _, unit, meaning in GROUPS[group]:
                    if not hasattr(cls, column):
                        setattr(cls, column, _view(group, column, f"{meaning} ({unit})"))

    def __init__(self, model: CommissioningModel, row: int) -> None:
        super().__init__(model)
        self.row = row

    def step(self) -> None:
        """What a subclass does at the end of a year; nothing here, since the phases move the model."""


class Practice(RowAgent):
    """A general practice, open or in a caretaker's hands."""

    groups = PRACTICE_GROUPS


class Doctor(RowAgent):
    """A GP; registered only with `doctors=True`, since England has some 40,000."""

    groups = DOCTOR_GROUPS


class CCG(RowAgent):
    """A clinical commissioning group."""

    groups = CCG_GROUPS


class AreaTeam(RowAgent):
    """An area team of NHS England."""

    groups = ("area_teams",)


class Trust(RowAgent):
    """An acute hospital trust."""

    groups = ("trusts",)


class Provider(RowAgent):
    """A company or trust that may hold contracts: GP company, corporate, community, out-of-hours."""

    groups = ("providers",)

"""Individual doctors from what practices report: heads, roles, ages, FTE and attitudes.

A practice's permanent GPs (partners and salaried) are as many as its headcount and their FTE sum to its FTE; its
trainees' FTE sum to its trainee FTE; locums come on top, for the census counts them apart. Every distribution is a
record of `traits.toml`. Practices whose staff is missing must be filled in before (see `imputation.py`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.special import ndtr

from sim.errors import InputError
from sim.population.columns import ROLES
from sim.population.copula import linked
from sim.population.tables import Table, derived_ids
from sim.population.traits import number, traits
from sim.world.states import APMS, LOCUM, PARTNER, SALARIED, TRAINEE

Floats = npt.NDArray[np.float64]
Rows = npt.NDArray[np.int64]

TYPICAL_LIST = 6407.0
"""Median list size of working practices, end of 2014 (NHSBSA), at which `role.partner_logit` holds."""
MOST_FTE_A_HEAD = 2.0
"""Where a practice reports more FTE a head than this, its headcount is taken to be too low."""
ATTITUDES = ("trust", "autonomy", "conflict_worry", "workload_threat", "burnout")
_LINKS = ("trust_conflict_worry", "trust_burnout", "autonomy_trust", "conflict_worry_workload_threat",
          "workload_threat_burnout")  # fmt: skip
_NEEDED = ("id", "list_size", "contract", "rural", "gp_fte", "gp_headcount", "trainee_fte")
_DOCTORS_KEY = 20140402


def cast_back(practices: Table, seed: int) -> tuple[Table, str]:
    """Practices with the GPs of the census of September 2015 cast back to April 2014, and a note that says how.

    `gp_fte` is multiplied by `staff.cast_back`; so is `gp_headcount`, which chance rounds up or down to stay whole.
    """
    factor = number("staff.cast_back")
    rng = np.random.default_rng([seed, _DOCTORS_KEY, 1])
    heads = np.floor(practices["gp_headcount"] * factor + rng.random(len(practices["gp_headcount"])))
    cast = {**practices, "gp_fte": practices["gp_fte"] * factor, "gp_headcount": np.maximum(heads, 1.0)}
    return cast, (
        f"GPs of September 2015 cast back to April 2014 by a factor of {factor:g} [WF0049, WF0050, WF0089, WF0090]; "
        "who left between the two dates is not known"
    )


class _Draws:
    """Draws of a Generator for all doctors, or for all practices, of which only some are used."""

    def __init__(self, rng: np.random.Generator, count: int, rows: Rows | slice) -> None:
        self._rng, self._count, self.rows = rng, count, rows

    def uniform(self) -> Floats:
        """A number in [0, 1) each."""
        return self._rng.random(self._count)[self.rows]

    def normal(self) -> Floats:
        """A standard normal number each."""
        return self._rng.standard_normal(self._count)[self.rows]

    def linked(self, factor: Floats) -> Floats:
        """Standard normal numbers with a correlation of factor.T @ factor, a column each."""
        return linked(self._rng.standard_normal((self._count, len(factor)))[self.rows], factor)


def sample_doctors(practices: Table, seed: int, rows: Rows | None = None) -> Table:
    """The doctors table: about 40,000 rows for England, of which 36,000 are partners or salaried; in order of practice.

    rows: practices whose doctors are wanted, in order; the doctors' practice is then a place in `rows`. They are the
    same as among the doctors of all. Needs columns id, list_size, contract, rural, gp_fte, gp_headcount and trainee_fte
    without gaps, else InputError.
    """
    for name in ("gp_fte", "gp_headcount", "trainee_fte"):
        missing = np.flatnonzero(~np.isfinite(practices[name]))
        if len(missing):
            raise InputError(f"missing in row {missing[0]}", key=f"practices.{name}", allowed="numbers, imputed first")
    rng = np.random.default_rng([seed, _DOCTORS_KEY, 2])
    permanent = np.maximum(np.round(practices["gp_headcount"]), np.ceil(practices["gp_fte"] / MOST_FTE_A_HEAD))
    trainees = np.where(practices["trainee_fte"] > 0.0, np.maximum(np.round(practices["trainee_fte"]), 1.0), 0.0)
    heads = np.column_stack([np.maximum(permanent, 1.0), trainees, _locums(practices, rng)]).astype(np.int64)
    load = np.log(practices["list_size"] / np.maximum(practices["gp_fte"], 0.1))
    load = np.clip(load - np.median(load), -1.5, 1.5)
    each_practice = _Draws(rng, len(heads), slice(None) if rows is None else rows)
    each_doctor = _Draws(rng, int(heads.sum()), slice(None) if rows is None else _runs(heads.sum(axis=1), rows))
    if rows is not None:
        practices, heads, load = {name: practices[name][rows] for name in _NEEDED}, heads[rows], load[rows]
    practice = np.repeat(np.arange(len(heads)), heads.sum(axis=1))
    kind = np.repeat(np.tile([PARTNER, TRAINEE, LOCUM], len(heads)), heads.ravel())
    seat = _places_in_run(heads.sum(axis=1))
    role = np.where(kind == PARTNER, _permanent_roles(practices, practice, seat, each_practice, each_doctor), kind)
    female, age = _sex_and_age(role, each_doctor)
    doctors: Table = {
        "id": derived_ids(practices["id"][practice], kind, seat),
        "practice": practice, "age": age, "female": female, "role": role,
        "fte": _fte(practices, practice, role, female, each_doctor),
    }  # fmt: skip
    return doctors | _attitudes(practice, load, each_practice, each_doctor)


def _runs(lengths: Rows, rows: Rows) -> Rows:
    """Rows of the doctors of some practices, where the doctors of all stand one practice after another."""
    begin = (np.cumsum(lengths) - lengths)[rows]
    return np.asarray(np.repeat(begin, lengths[rows]) + _places_in_run(lengths[rows]))


def _places_in_run(lengths: Rows) -> Rows:
    """0, 1, ... within each run."""
    ends = np.cumsum(lengths)
    return np.asarray(np.arange(int(lengths.sum())) - np.repeat(ends - lengths, lengths))


def _locums(practices: Table, rng: np.random.Generator) -> Floats:
    alone = np.where(practices["gp_headcount"] <= 1.0, number("locum.single_handed"), 1.0)
    rural = np.where(practices["rural"] > 0, number("locum.rural"), 1.0)
    return rng.poisson(number("locum.per_1000") * practices["list_size"] / 1000.0 * alone * rural).astype(np.float64)


def _permanent_roles(practices: Table, practice: Rows, seat: Rows, each_practice: _Draws, each_doctor: _Draws) -> Rows:
    """Partner or salaried: the first GP holds the contract, the others by size of list and the practice's habit."""
    size = np.log(practices["list_size"] / TYPICAL_LIST)
    habit = number("role.practice_spread") * each_practice.normal()
    odds = number("role.partner_logit") + number("role.per_log_list") * size + habit
    chance = (1.0 / (1.0 + np.exp(-odds)))[practice]
    first = np.where(practices["contract"] == APMS, number("role.first_is_partner_apms"), 1.0)[practice]
    is_partner = each_doctor.uniform() < np.where(seat == 0, first, chance)
    return np.where(is_partner, PARTNER, SALARIED)


def _sex_and_age(role: Rows, each_doctor: _Draws) -> tuple[Rows, Floats]:
    chance = np.array([number(f"female.{name}") for name in ROLES])
    female = (each_doctor.uniform() < chance[role]).astype(np.int64)
    rank, age = each_doctor.uniform(), np.empty(len(role))
    for code, name in enumerate(ROLES):
        by_sex = f"age.{name}_male" in traits()
        for sex, word in enumerate(("male", "female")):
            who = (role == code) & (female == sex)
            age[who] = traits()[f"age.{name}_{word}" if by_sex else f"age.{name}"].at(rank[who])
    return female, age


def _fte(practices: Table, practice: Rows, role: Rows, female: Rows, each_doctor: _Draws) -> Floats:
    """Relative hours by role and sex, scaled to what each practice reports; locums as drawn."""
    noise, relative = each_doctor.normal(), np.ones(len(role))
    for code, name in ((PARTNER, "partner"), (SALARIED, "salaried")):
        for sex, word in enumerate(("male", "female")):
            who = (role == code) & (female == sex)
            relative[who] = traits()[f"fte.{name}_{word}"].from_normal(noise[who])
    fte = np.minimum(traits()["fte.locum"].from_normal(noise), number("fte.most"))
    permanent = (role == PARTNER) | (role == SALARIED)
    fte[permanent] = _share_out(relative[permanent], practice[permanent], practices["gp_fte"], number("fte.most"))
    trainee = role == TRAINEE
    fte[trainee] = _share_out(relative[trainee], practice[trainee], practices["trainee_fte"], MOST_FTE_A_HEAD)
    return fte


def _share_out(relative: Floats, practice: Rows, total: Floats, most: float) -> Floats:
    """Shares of each practice's total in proportion to `relative`, none above `most` or the mean a head, if greater."""
    count = len(total)
    heads = np.maximum(np.bincount(practice, minlength=count), 1)
    cap = np.maximum(most, total / heads)[practice]
    share = relative.copy()
    for _ in range(6):
        sums = np.bincount(practice, share, minlength=count)
        share = np.minimum(share * (total / np.where(sums > 0.0, sums, 1.0))[practice], cap)
    # What the cap still leaves over is split by the room below it, so that the sum is exact.
    room = cap - share
    short = total - np.bincount(practice, share, minlength=count)
    rooms = np.bincount(practice, room, minlength=count)
    return share + room * (short / np.where(rooms > 0.0, rooms, 1.0))[practice]


def _attitudes(practice: Rows, load: Floats, each_practice: _Draws, each_doctor: _Draws) -> Table:
    """Five linked values of each doctor, in part shared by colleagues; burn-out rises with `load`, the log of patients
    per GP of a practice over that of the median one."""
    common = number("link.colleagues")
    factor: Floats = np.linalg.cholesky(_attitude_correlation()).T.astype(np.float64, copy=False)
    own, shared = each_doctor.linked(factor), each_practice.linked(factor)
    z = np.sqrt(1.0 - common) * own + np.sqrt(common) * shared[:, practice]
    z[ATTITUDES.index("burnout")] += number("link.list_per_fte_burnout") * load[practice]
    return {name: traits()[f"attitude.{name}"].at(ndtr(z[k])) for k, name in enumerate(ATTITUDES)}


def _attitude_correlation() -> Floats:
    matrix = np.eye(len(ATTITUDES))
    for link in _LINKS:
        first = next(name for name in ATTITUDES if link.startswith(name))
        second = link.removeprefix(f"{first}_")
        i, j = ATTITUDES.index(first), ATTITUDES.index(second)
        matrix[i, j] = matrix[j, i] = number(f"link.{link}")
    return matrix

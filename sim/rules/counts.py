"""Practices counted from their doctors: partners, salaried GPs and trainees, their hours, age and burn-out.

A *tally* holds the sums of every practice, shape (practices, TALLY): FTE by role in the columns of the roles, then
partners, partners and salaried GPs together, and the burn-out and age of these. A kernel that passes over all doctors
anyway can add them to a tally and write the counts; who moves doctors in another way calls `count_staff` afterwards.
"""

from __future__ import annotations

import numpy as np

from sim.kernel import maker, rule
from sim.world.states import CARETAKER, LOCUM, OPEN, PARTNER, SALARIED, TRAINEE

PARTNERS, HEADS, BURNOUT, AGE = 4, 5, 6, 7
TALLY = 8
"""Columns of a tally: FTE of partners, salaried GPs, locums and trainees (0 to 3), and the four above."""


@rule
def is_working(state):
    """Whether a practice code is in use."""
    return state == OPEN or state == CARETAKER


@rule
def tally_doctor(tally, doctors, row):
    """Adds a doctor to the tally of the practice."""
    i, role = doctors.practice[row], doctors.role[row]
    tally[i, role] += doctors.fte[row]
    if role == PARTNER or role == SALARIED:
        tally[i, PARTNERS] += 1.0 if role == PARTNER else 0.0
        tally[i, HEADS] += 1.0
        tally[i, BURNOUT] += doctors.burnout[row]
        tally[i, AGE] += doctors.age[row]


@rule
def write_counts(i, tally, staff, life):
    """Writes what the tally says about practice `i`; locums and vacancies of a practice that ended are nil."""
    heads = tally[i, HEADS]
    staff.doctors[i] = heads
    staff.partners[i] = tally[i, PARTNERS]
    staff.partner_fte[i] = tally[i, PARTNER]
    staff.salaried_fte[i] = tally[i, SALARIED]
    staff.trainee_fte[i] = tally[i, TRAINEE]
    staff.gp_fte[i] = tally[i, PARTNER] + tally[i, SALARIED]
    staff.burnout[i] = tally[i, BURNOUT] / heads if heads > 0.0 else 0.0
    staff.mean_age[i] = tally[i, AGE] / heads if heads > 0.0 else 0.0
    if not is_working(life.state[i]):
        staff.locum_fte[i] = 0.0
        staff.vacant_fte[i] = 0.0


@maker
def count_staff(doctors, staff, life):
    """Counts every practice's partners, salaried GPs and trainees from the doctors; returns the tally."""
    tally = np.zeros((len(life), TALLY))
    for row in range(len(doctors)):
        if doctors.practice[row] >= 0:
            tally_doctor(tally, doctors, row)
    for i in range(len(life)):
        write_counts(i, tally, staff, life)
    return tally


@rule
def locums_of(i, tally):
    """FTE of locums who have a row of their own in practice `i`."""
    return tally[i, LOCUM]

"""What curves read off tables promise."""

from __future__ import annotations

import math

from hypothesis import example, given
from hypothesis import strategies as st
from parameters_of import params_of

from sim.rules import access
from sim.rules.access import Appointments
from sim.rules.curves import between, exp, log, power, tanh

P = params_of(2014)
ANY = st.floats(-40.0, 40.0)
POSITIVE = st.floats(1e-6, 1e6)


@given(ANY)
@example(16.0)
@example(-16.0)
def test_the_exponential(x: float) -> None:
    assert abs(exp(x) / math.exp(x) - 1.0) < 3e-7


@given(POSITIVE)
@example(2.0 - 2**-52)
def test_the_logarithm(x: float) -> None:
    assert abs(log(x) - math.log(x)) < 1e-9


def test_where_curves_are_exact() -> None:
    assert (exp(0.0), log(1.0), power(1.0, 0.3), power(7.0, 0.0)) == (1.0, 0.0, 1.0, 1.0)


@given(st.floats(0.01, 100.0), st.floats(-3.0, 3.0))
def test_powers(x: float, exponent: float) -> None:
    assert abs(power(x, exponent) / math.pow(x, exponent) - 1.0) < 4e-7


@given(ANY)
def test_the_hyperbolic_tangent(x: float) -> None:
    assert abs(tanh(x) - math.tanh(x)) < 6e-7


@given(st.floats(0.0, 4.999))
def test_what_is_given_is_read_close_to_its_rule(workload: float) -> None:
    p = P.of(Appointments)
    known = access.shares(p)
    read = between(known, workload * access.STEPS_OF_WORKLOAD)
    assert abs(read - access.given_share(workload, p)) < 1e-6

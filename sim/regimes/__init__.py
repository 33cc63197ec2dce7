"""Regimes: what a file may say (`blocks`, `file`), what it compiles to (`regime`), and what it changes (`changes`)."""

from sim.regimes.regime import BEFORE, REGIMES, UNCERTAIN, Regime, load_regime, shipped_regimes

__all__ = ["BEFORE", "REGIMES", "UNCERTAIN", "Regime", "load_regime", "shipped_regimes"]

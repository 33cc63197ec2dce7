"""Numbers and names as people read them, the same in the terminal and on a page."""

from __future__ import annotations

import math

_AS_WRITTEN = {
    "gp": "GP",
    "ccg": "CCG",
    "ccgs": "CCGs",
    "fte": "FTE",
    "ae": "A&E",
    "sd": "standard deviation",
    "p5": "5th percentile",
    "p10": "10th percentile",
    "p50": "median",
    "p95": "95th percentile",
    "apms": "APMS",
    "pms": "PMS",
    "gms": "GMS",
    "nhs": "NHS",
    "qof": "QOF",
}

MINUS = "\N{MINUS SIGN}"
MILLION = 1e6
BETTER_IF = {1: "more is better", -1: "less is better", 0: "neither is better"}


def label(name: str) -> str:
    """An outcome, regime or level in words: `gp_fte_per_1000` is `GP FTE per 1,000`."""
    text = " ".join(_AS_WRITTEN.get(word, word) for word in name.split("_")).replace("per 1000", "per 1,000")
    return text[:1].upper() + text[1:]


def financial_year(year: int) -> str:
    """A financial year by its first calendar year: 2014 is 2014-15."""
    return f"{year}-{(year + 1) % 100:02d}"


def places_for(*values: float) -> int:
    """Decimal places that show about three figures of the largest value, so that values side by side are alike."""
    largest = max((abs(v) for v in values if math.isfinite(v)), default=0.0)
    if largest == 0.0:
        return 0
    return min(6, max(0, 2 - math.floor(math.log10(largest))))


def number(value: float, places: int | None = None) -> str:
    """A number with thousands separated and about three figures, or `places` decimals; `–` for what is not a number.

    Millions are written as such, with an m, unless `places` asks for decimals.
    """
    if not math.isfinite(value):
        return "–"
    if abs(value) >= MILLION and not places:
        return f"{number(value / MILLION, places_for(value / MILLION))}m"
    decimals = places_for(value) if places is None else places
    text = f"{abs(value):,.{decimals}f}"
    return (MINUS if value < 0 and _shows(text) else "") + text


def signed(value: float, places: int | None = None) -> str:
    """As `number`, with a plus for gains; nothing before a zero."""
    text = number(value, places)
    return f"+{text}" if value > 0 and _shows(text) else text


def _shows(text: str) -> bool:
    """Whether anything but noughts is left of a number after rounding."""
    return any(figure in text for figure in "123456789")

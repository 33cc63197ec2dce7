"""What is usual in England in 2014-15: the origins from which rules count effects.

A rule writes `p.base + p.per_unmet * (unmet - usual.UNMET)`, so that its base is what a usual practice has. To move an
origin is to move the base of the same rule the other way, which is why no origin is a parameter.
"""

IMD = 21.8
"""IMD 2015 score of England: the origin of every deprivation gradient."""
LIST = 7000.0
"""Patients of a practice."""
WORKLOAD, UNMET = 1.2, 0.12
"""Ratio of work to what can be sustained; share of consultations wanted and not given."""
ACCESS, CONTINUITY, EXPERIENCE = 0.7, 0.6, 0.85
"""Shares, 0 to 1: ease of being seen, of care by the same doctor, of patients with a good experience."""
TURNOVER, PART_TIME, NURSES = 0.1, 0.8, 0.27
"""Share of GPs who leave in a year; FTE of a GP; nurses, FTE per 1,000 patients."""
LONELINESS, LIABILITY = 0.4, 0.4
"""One over the partners of a practice; 100,000 pounds that would fall on each of them at its end."""
HOSPITAL_KM, OCCUPANCY = 8.0, 0.86
"""From a practice to its trust; share of beds in use."""
ENGAGEMENT, INFLUENCE, AT_SCALE = 0.4, 0.4, 0.4
"""Shares, 0 to 1: engagement of practices with the CCG, their influence on it, support for working at scale."""
MEMBERS = 37.0
"""Practices of a CCG."""
TRUST_SHARE, CCG_SHARE, COHESION = 0.5, 0.3, 0.4
"""Of a CCG's hospital spending at one trust; of the trust's income from one CCG; of buyers who follow one lead."""

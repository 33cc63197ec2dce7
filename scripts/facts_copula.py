"""Fits the copula: the correlation within CCGs that makes the synthetic rank correlations equal the real ones."""

import numpy as np

from sim.population.copula import ATTRIBUTES, Copula, draw_attributes


def real_spearman(p):
    """Rank correlations of all attributes, each pair over the practices that report both."""
    return p[list(ATTRIBUTES)].corr("spearman").to_numpy()


def synthetic_spearman(facts, copula, seeds):
    """Mean rank correlations of synthetic Englands."""
    found = []
    for seed in seeds:
        drawn = draw_attributes(facts, copula, np.random.default_rng(seed))
        found.append(spearman(np.column_stack([drawn[name] for name in ATTRIBUTES])))
    return np.mean(found, axis=0)


def spearman(columns):
    """Rank correlations of columns, ties sharing their mean rank."""
    ranks = np.empty(columns.shape)
    for k, column in enumerate(columns.T):
        _, inverse, counts = np.unique(column, return_inverse=True, return_counts=True)
        ranks[:, k] = (np.cumsum(counts) - (counts + 1) / 2)[inverse]
    return np.corrcoef(ranks.T)


def nearest_correlation(matrix):
    """The matrix with its smallest eigenvalues lifted to 0.02 and its diagonal back at 1."""
    values, vectors = np.linalg.eigh((matrix + matrix.T) / 2)
    lifted = vectors @ np.diag(np.maximum(values, 0.02)) @ vectors.T
    scale = 1 / np.sqrt(np.diag(lifted))
    return lifted * scale[:, None] * scale[None, :]


def fit(facts, levels, quantiles, target, rounds=25):
    """Correlation matrix (k, k), by repeated correction of the pairs; and the largest error left."""
    matrix = np.eye(len(ATTRIBUTES))
    best, error = matrix, np.inf
    for turn in range(rounds):
        copula = Copula(levels, quantiles, np.linalg.cholesky(matrix))
        gap = target - synthetic_spearman(facts, copula, range(1000 + 10 * turn, 1000 + 10 * turn + 4))
        np.fill_diagonal(gap, 0)
        if np.abs(gap).max() < error:
            best, error = matrix, float(np.abs(gap).max())
        step = 1.5 if turn < 10 else 0.5
        matrix = nearest_correlation(np.clip(matrix + step * gap, -0.97, 0.97))
    final = Copula(levels, quantiles, np.linalg.cholesky(matrix))
    gap = np.abs(target - synthetic_spearman(facts, final, range(10)))
    return (matrix, float((gap - np.diag(np.diag(gap))).max())) if gap.max() < error + 0.01 else (best, error)

"""The networks as networkx graphs say what the arrays say."""

from __future__ import annotations

import networkx as nx
import numpy as np
import pytest

from sim.errors import InputError
from sim.model import CommissioningModel
from sim.world.graphs import GRAPHS


@pytest.fixture(scope="module")
def corby() -> CommissioningModel:
    return CommissioningModel("one_ccg")


def test_ties_are_mutual_and_denser_round_board_members(corby: CommissioningModel) -> None:
    graph, networks = corby.graph("professional_ties"), corby.world.networks
    degree = np.diff(networks.peer_start)
    assert graph.number_of_nodes() == (corby.world.life["state"] == 1).sum()
    assert all(graph.degree(i) == degree[i] for i in graph)
    assert {graph.nodes[i]["ccg"] for i in graph} == {0}


def test_alternatives_carry_distances_and_flows_sum_to_one(corby: CommissioningModel) -> None:
    near = corby.graph("alternatives")
    assert all(near.edges[edge]["km"] >= 0.0 for edge in near.edges)
    flows = corby.graph("trust_flows")
    assert nx.is_bipartite(flows)
    assert sum(flows.edges[edge]["share"] for edge in flows.edges(0)) == pytest.approx(1.0)


def test_ccgs_of_a_team_know_each_other() -> None:
    graph = CommissioningModel("one_region").graph("sibling_ccgs")
    parts = list(nx.connected_components(graph))
    assert 1 < len(parts) < graph.number_of_nodes()
    assert all(nx.density(graph.subgraph(part)) == 1.0 for part in parts if len(part) > 1)


def test_an_unknown_network_is_refused(corby: CommissioningModel) -> None:
    assert set(GRAPHS) == {"professional_ties", "alternatives", "trust_flows", "sibling_ccgs"}
    with pytest.raises(InputError, match="sibling_ccgs"):
        corby.graph("friends")

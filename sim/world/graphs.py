"""The networks of a World as networkx graphs, for whoever wants to look at them, measure them or draw them.

Rules walk fixed arrays (`sim.world.world.Networks`); these graphs are made from them, and from the tables, when asked
for. Nodes are rows of the tables; those of trusts in a bipartite graph are ("trust", row).
"""

from __future__ import annotations

from collections.abc import Callable

import networkx as nx
import numpy as np

from sim.errors import InputError
from sim.world.states import CARETAKER, OPEN
from sim.world.world import Rows, World

Edges = list[tuple[int, int]]


def _seen(world: World) -> Rows:
    state = world.life["state"]
    return np.flatnonzero((state == OPEN) | (state == CARETAKER))


def _sparse(start: Rows, row: Rows, of: Rows) -> Edges:
    return [(int(i), int(j)) for i in of for j in row[start[i] : start[i + 1]]]


def _practices(world: World, graph: nx.Graph) -> None:
    for i in _seen(world).tolist():
        practice, ccg = world.names.practices, int(world.place["ccg"][i])
        name = practice[i] if i < len(practice) else ""
        graph.add_node(i, name=name, ccg=ccg, list_size=float(world.lists["total"][i]))


def professional_ties(world: World) -> nx.Graph:
    """Practices of a CCG that know each other, denser round board members; node: name, ccg, list_size, board."""
    graph = nx.Graph()
    _practices(world, graph)
    edges = _sparse(world.networks.peer_start, world.networks.peer_row, _seen(world))
    graph.add_edges_from((i, j) for i, j in edges if i in graph and j in graph)
    nx.set_node_attributes(graph, {i: int(world.place["board"][i]) for i in graph}, "board")
    return graph


def alternatives(world: World) -> nx.DiGraph:
    """From each practice to those that its patients may turn to; edge: km."""
    graph = nx.DiGraph()
    _practices(world, graph)
    near, km = world.networks.neighbours, world.networks.neighbour_km
    for i in _seen(world).tolist():
        found = zip(near[i].tolist(), km[i].tolist(), strict=True)
        graph.add_edges_from((i, j, {"km": distance}) for j, distance in found if j in graph)
    return graph


def trust_flows(world: World) -> nx.Graph:
    """CCGs (rows) and trusts (("trust", row)); edge: share of the CCG's hospital care."""
    graph = nx.Graph()
    for c in range(len(world.ccgs)):
        graph.add_node(c, name=world.names.ccgs[c], bipartite=0)
        flows = zip(world.networks.ccg_trusts[c].tolist(), world.networks.ccg_trust_share[c].tolist(), strict=True)
        for trust, share in flows:
            if share > 0.0:
                graph.add_node(("trust", trust), name=world.names.trusts[trust], bipartite=1)
                graph.add_edge(c, ("trust", trust), share=share)
    return graph


def sibling_ccgs(world: World) -> nx.Graph:
    """CCGs that share an area team."""
    graph = nx.Graph()
    graph.add_nodes_from((c, {"name": name}) for c, name in enumerate(world.names.ccgs))
    graph.add_edges_from(_sparse(world.networks.ccg_start, world.networks.ccg_row, np.arange(len(world.ccgs))))
    return graph


GRAPHS: dict[str, Callable[[World], nx.Graph]] = {
    "professional_ties": professional_ties,
    "alternatives": alternatives,
    "trust_flows": trust_flows,
    "sibling_ccgs": sibling_ccgs,
}


def graph_of(world: World, kind: str) -> nx.Graph:
    """A network of the World by name. Raises InputError for one that there is not."""
    if kind not in GRAPHS:
        raise InputError(f"unknown network {kind!r}", key="graph", allowed=list(GRAPHS))
    return GRAPHS[kind](world)

"""The fibre network: spans as a graph that can be asked questions."""

from htcoverage.cleaning.spans import FibreFile, SpanDefaults, read_fibre
from htcoverage.fibre.additions_report import additions_figures, additions_table
from htcoverage.fibre.clean import CleanSpans, clean_spans
from htcoverage.fibre.costs import RouteCosts, cost_table, read_costs
from htcoverage.fibre.criticality import (
    Criticality,
    Failure,
    fail,
    node_criticality,
    span_criticality,
)
from htcoverage.fibre.extension import ExtensionPlan, plan_extension, plan_figures
from htcoverage.fibre.graph import FibreNetwork, build_network
from htcoverage.fibre.hazard import Hazard, hazard_below, hazard_in_area
from htcoverage.fibre.hazard_report import hazard_figures, hazard_layers
from htcoverage.fibre.lengths import compare_reported, length_table
from htcoverage.fibre.radio import CoverLoss, HomeCover, cover_lost, prepare_cover
from htcoverage.fibre.reach import Attachments, attach, reach_places
from htcoverage.fibre.reach_report import reach_figures, reach_layers
from htcoverage.fibre.resilience import Additions, shortest_additions, survival_by_district
from htcoverage.fibre.risk import RiskGroups, analyse_criticality, risk_groups
from htcoverage.fibre.signal import SignalLoss, Sweep, exact_cover_losses, signal_loss
from htcoverage.fibre.status import counted_spans
from htcoverage.fibre.steiner import SteinerTree, steiner_tree
from htcoverage.fibre.summary import FibreAnalysis, analyse_fibre, summarise_fibre
from htcoverage.fibre.tables import fibre_layers, fibre_map_spans
from htcoverage.fibre.terrain_costs import (
    CostGraph,
    road_cost_graph,
    terrain_cost_graph,
)

__all__ = [
    "Additions",
    "Attachments",
    "CleanSpans",
    "CostGraph",
    "CoverLoss",
    "Criticality",
    "ExtensionPlan",
    "Failure",
    "FibreAnalysis",
    "FibreFile",
    "FibreNetwork",
    "Hazard",
    "HomeCover",
    "RiskGroups",
    "RouteCosts",
    "SignalLoss",
    "SpanDefaults",
    "SteinerTree",
    "Sweep",
    "additions_figures",
    "additions_table",
    "analyse_criticality",
    "analyse_fibre",
    "attach",
    "build_network",
    "clean_spans",
    "compare_reported",
    "cost_table",
    "counted_spans",
    "cover_lost",
    "exact_cover_losses",
    "fail",
    "fibre_layers",
    "fibre_map_spans",
    "hazard_below",
    "hazard_figures",
    "hazard_in_area",
    "hazard_layers",
    "length_table",
    "node_criticality",
    "plan_extension",
    "plan_figures",
    "prepare_cover",
    "reach_figures",
    "reach_layers",
    "reach_places",
    "read_costs",
    "read_fibre",
    "risk_groups",
    "road_cost_graph",
    "shortest_additions",
    "signal_loss",
    "span_criticality",
    "steiner_tree",
    "summarise_fibre",
    "survival_by_district",
    "terrain_cost_graph",
]

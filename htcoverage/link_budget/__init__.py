"""The link budget, term by term: from a cell's power to its level, and to the loss it can bear."""

from htcoverage.link_budget.budget import (
    LinkBudget,
    edge_margin_db,
    link_budget_table,
    maximum_path_loss_db,
    reference_level_dbm,
)
from htcoverage.link_budget.levels import (
    NOISE_BANDWIDTH_HZ,
    RESOURCE_BLOCKS,
    cell_reference_level_dbm,
    eirp_dbm,
    epre_dbm,
    resource_blocks,
    sensitivity_dbm,
    thermal_noise_dbm,
)
from htcoverage.link_budget.shadowing import area_probability, cell_edge_probability, margin_db

__all__ = [
    "NOISE_BANDWIDTH_HZ",
    "RESOURCE_BLOCKS",
    "LinkBudget",
    "area_probability",
    "cell_edge_probability",
    "cell_reference_level_dbm",
    "edge_margin_db",
    "eirp_dbm",
    "epre_dbm",
    "link_budget_table",
    "margin_db",
    "maximum_path_loss_db",
    "reference_level_dbm",
    "resource_blocks",
    "sensitivity_dbm",
    "thermal_noise_dbm",
]

"""The project file: a province of your own, described by its files, mappings and thresholds."""

from htcoverage.project.file import Project, parse_project, read_project
from htcoverage.project.homes import with_district
from htcoverage.project.layers import ProjectLayers, read_project_layers
from htcoverage.project.surroundings import settled
from htcoverage.project.template import project_template

__all__ = [
    "Project",
    "ProjectLayers",
    "parse_project",
    "project_template",
    "read_project",
    "read_project_layers",
    "settled",
    "with_district",
]

"""What leaves the house: a run as files for other programs, and each carrier's own part of it."""

from htcoverage.deliver.carrier import CarrierView, carrier_view
from htcoverage.deliver.formats import FORMATS, check_formats, export_run
from htcoverage.deliver.write import DEFAULT_FORMATS, deliver

__all__ = [
    "DEFAULT_FORMATS",
    "FORMATS",
    "CarrierView",
    "carrier_view",
    "check_formats",
    "deliver",
    "export_run",
]

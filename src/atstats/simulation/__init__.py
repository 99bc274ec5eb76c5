"""Made-up collections: a sample with its truth, and workbooks with planted faults."""

from atstats.simulation.faults import Planted, faulty
from atstats.simulation.sample import Simulated, simulate

__all__ = ["Planted", "Simulated", "faulty", "simulate"]

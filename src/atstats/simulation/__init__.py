"""Made-up collections: samples of one or several years with their truth, and workbooks with planted faults."""

from atstats.simulation.faults import Planted, faulty
from atstats.simulation.sample import Simulated, simulate, simulate_years

__all__ = ["Planted", "Simulated", "faulty", "simulate", "simulate_years"]

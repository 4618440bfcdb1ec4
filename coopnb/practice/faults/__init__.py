"""What can go wrong on command: a table of faults, and who makes them happen."""

from __future__ import annotations

from coopnb.practice.fault_table import FAULTS, Fault, FaultError, Setting
from coopnb.practice.faults.faults import ActiveFault, Faults

__all__ = ["FAULTS", "ActiveFault", "Fault", "FaultError", "Faults", "Setting"]

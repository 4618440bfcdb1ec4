"""Stack x Snapshot -> Plan. Pure: the same two always give the same plan, with the same digest."""

from coopnb.plan.compare import compare

__all__ = ["compare"]

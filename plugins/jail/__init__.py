"""The jail: an interpreter of a part of Python, without files, network or environment, in a process that has none."""

from plugins.jail.running import Outcome, fault_of, run_in_jail

__all__ = ["Outcome", "fault_of", "run_in_jail"]

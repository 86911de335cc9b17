"""How much of the machine one run of a plugin may have."""

from dataclasses import dataclass

MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """`seconds` of its own computing and, twice that, by the clock; `memory` of its heap and `output`, in bytes."""

    seconds: float = 2.0
    memory: int = 64 * MIB
    output: int = 256 * 1024
    depth: int = 200
    calls: int = 200


STANDARD = Limits()

"""What one run measures: which workloads, how large, beside which peers."""

from dataclasses import dataclass

from bench.jobs.ground import Ground
from bench.jobs.samples import Book


@dataclass(frozen=True)
class Plan:
    ground: Ground
    book: Book
    is_quick: bool
    with_peers: bool
    with_slow: bool
    pool: str

    def size(self, n: int) -> int:
        """A tenth when it is only a quick look."""
        return max(n // 10, 20) if self.is_quick else n

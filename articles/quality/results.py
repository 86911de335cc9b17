"""What a check found, and all findings together as the certificate a version carries.

It must never hold text of an article beyond the few words a finding quotes: certificates are shown and stored.
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any, Generic, TypeVar

Case = TypeVar("Case")


@dataclass(frozen=True)
class CheckResult:
    """`measured` and `limit` are words for people; a check that is not `blocking` only warns."""

    check: str
    passed: bool
    measured: str
    limit: str
    blocking: bool = True

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    def feedback(self) -> dict[str, str]:
        """What whoever writes is told of it."""
        return {"check": self.check, "measured": self.measured, "limit": self.limit}


@dataclass(frozen=True)
class Certificate:
    results: tuple[CheckResult, ...]

    @property
    def passed(self) -> bool:
        return not self.failed

    @property
    def failed(self) -> list[CheckResult]:
        """The blocking checks that were not met."""
        return [result for result in self.results if result.blocking and not result.passed]

    @property
    def warnings(self) -> list[CheckResult]:
        return [result for result in self.results if not result.blocking and not result.passed]

    def to_json(self) -> list[dict[str, Any]]:
        return [result.to_json() for result in self.results]


Finding = tuple[bool, str]


@dataclass(frozen=True)
class Check(Generic[Case]):
    """A rule: `measure` says whether a case meets it and what was measured."""

    name: str
    limit: str
    blocking: bool
    measure: Callable[[Case], Finding]

    def __call__(self, case: Case) -> CheckResult:
        passed, measured = self.measure(case)
        return CheckResult(self.name, passed, measured, self.limit, self.blocking)


def rule(limit: str) -> Callable[[Callable[[Case], Finding]], Check[Case]]:
    """A blocking check named for the function it decorates."""
    return lambda measure: Check(measure.__name__, limit, blocking=True, measure=measure)


def warning(limit: str) -> Callable[[Callable[[Case], Finding]], Check[Case]]:
    """A check that only warns, named for the function it decorates."""
    return lambda measure: Check(measure.__name__, limit, blocking=False, measure=measure)

"""What a benchmark found."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Finding:
    """One figure, and the promise it is judged by, if there is one."""

    name: str
    value: str
    promise: str = ""
    kept: bool = True


def at_least(name: str, value: float, limit: float, digits: int = 3) -> Finding:
    """A figure that must not be smaller."""
    return Finding(name, f"{value:.{digits}f}", f">= {limit:g}", value >= limit)


def at_most(name: str, value: float, limit: float, unit: str = "", digits: int = 3) -> Finding:
    """A figure that must not be greater."""
    return Finding(name, f"{value:.{digits}f}{unit}", f"<= {limit:.4g}{unit}", value <= limit)


def exactly(name: str, value: int, limit: int) -> Finding:
    """A count that must be this one."""
    return Finding(name, str(value), f"= {limit}", value == limit)


def show(title: str, findings: Sequence[Finding]) -> bool:
    """Print a table; returns whether all promises were kept."""
    print(title)
    for finding in findings:
        verdict = "" if not finding.promise else "ok" if finding.kept else "BROKEN"
        print(f"  {finding.name:<48} {finding.value:>14}  {finding.promise:<12} {verdict}".rstrip())
    return all(finding.kept for finding in findings)

"""What the server counts while it answers, in the words of Prometheus."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate

from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric

from api.shared_counts import SharedCounts
from domain.application import HANDLERS
from domain.commands import Command
from domain.errors import ErrorKind

MAX_ENDPOINTS = 240
BOUNDS = (0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0)
"""Upper bounds of the buckets in seconds."""

STATUSES = (
    200, 201, 204, 301, 304, 308, 400, 401, 403, 404, 405, 406, 408, 409, 410, 412, 413, 414, 415,
    422, 428, 429, 431, 500, 503, 0,
)  # fmt: skip
"""The statuses counted apart; 0 stands for all others."""

OUTCOMES = ("recorded", "replayed", "unchanged", *(kind.value for kind in ErrorKind))

_BUCKETS = len(BOUNDS) + 1
_CELLS = _BUCKETS + 1  # and the sum of seconds
_COMMANDS = sorted(kind.__name__ for kind in HANDLERS)


class Metrics:
    """Requests by endpoint and status, commands by outcome; shared by the processes of a server.

    `parts` is how many processes may live at once, those that are being replaced included.
    """

    def __init__(self, parts: int = 1) -> None:
        """Start counting at zero."""
        rows = MAX_ENDPOINTS * len(STATUSES)
        self._requests = SharedCounts(rows * _CELLS, parts)
        self._commands = SharedCounts(len(_COMMANDS) * len(OUTCOMES), parts)
        self._endpoints: dict[str, int] = {}
        self._statuses = {status: n for n, status in enumerate(STATUSES)}

    def count_into(self, part: int) -> None:
        """Let this process count into `part`, which no other living process does."""
        self._requests.count_into(part)
        self._commands.count_into(part)

    def name_endpoints(self, endpoints: Iterable[str]) -> None:
        """Say which endpoints there are: the same in every process."""
        self._endpoints = {name: n for n, name in enumerate(sorted({*endpoints, ""}))}
        if len(self._endpoints) > MAX_ENDPOINTS:
            raise ValueError(f"raise MAX_ENDPOINTS to {len(self._endpoints)}")

    def count_request(self, endpoint: str | None, status: int, seconds: float) -> None:
        """Count an answered request; `endpoint` is None where no route fits."""
        column = self._statuses.get(status, len(STATUSES) - 1)
        row = (self._endpoints[endpoint or ""] * len(STATUSES) + column) * _CELLS
        bucket = bisect_left(BOUNDS, seconds)
        self._requests.add((row + bucket, 1), (row + _BUCKETS, seconds))

    def count_command(self, kind: type[Command], outcome: str) -> None:
        """Count a command that was carried out or refused."""
        row = _COMMANDS.index(kind.__name__) * len(OUTCOMES)
        self._commands.add((row + OUTCOMES.index(outcome), 1))

    def collect(self) -> Iterable[Metric]:
        """Return what was counted so far by all processes."""
        yield self._request_histogram()
        family = CounterMetricFamily(
            "kezhi_commands", "Commands by outcome.", labels=["command", "outcome"]
        )
        totals = iter(self._commands.totals())
        for command in _COMMANDS:
            for outcome in OUTCOMES:
                count = next(totals)
                if count:
                    family.add_metric([command, outcome], count)
        yield family

    def _request_histogram(self) -> HistogramMetricFamily:
        family = HistogramMetricFamily(
            "kezhi_request_seconds",
            "Time until a request was answered.",
            labels=["endpoint", "status"],
        )
        totals = self._requests.totals()
        for endpoint, n in self._endpoints.items():
            for column, status in enumerate(STATUSES):
                row = (n * len(STATUSES) + column) * _CELLS
                cells = totals[row : row + _CELLS]
                if any(cells):
                    labels = [endpoint or "none", str(status) if status else "other"]
                    family.add_metric(labels, _cumulative(cells), cells[_BUCKETS])
        return family


def _cumulative(cells: Sequence[float]) -> list[tuple[str, float]]:
    bounds = [*map(str, BOUNDS), "+Inf"]
    return list(zip(bounds, accumulate(cells[:_BUCKETS]), strict=True))

"""Prometheus metrics: how fast, how many, how long. Figures by route, service and device; no person.

Each server has its own registry, so that two in one process (a test) do not share counts.
"""

from collections.abc import Callable
from time import perf_counter

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from turnero.store.writer import Job, Session, Writer

_LATENCY_S = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5)
_BATCH = (1, 2, 4, 8, 16, 32, 64, 128, 256)

#: facts that are counted, under the name that a graph shows
COUNTED = {
    "ticket-issued": "issued",
    "ticket-called": "called",
    "ticket-recalled": "recalled",
    "service-finished": "finished",
    "ticket-no-show": "no-show",
    "ticket-cancelled": "cancelled",
    "ticket-transferred": "transferred",
    "ticket-sent-on": "sent-on",
    "ticket-rated": "rated",
}


class Metrics:
    """Everything that is measured."""

    def __init__(self) -> None:
        registry = self.registry = CollectorRegistry()
        self._requests = Counter(
            "turnero_requests",
            "Answers, by the route's pattern",
            ["method", "route", "status"],
            registry=registry,
        )
        self._latency = Histogram(
            "turnero_request_seconds",
            "Time to the answer's first byte",
            ["route"],
            buckets=_LATENCY_S,
            registry=registry,
        )
        self._batch = Histogram(
            "turnero_ledger_batch_commands",
            "Commands that shared a transaction",
            buckets=_BATCH,
            registry=registry,
        )
        self._commit = Histogram(
            "turnero_ledger_batch_seconds",
            "Time of a transaction with its commit",
            buckets=_LATENCY_S,
            registry=registry,
        )
        self.tickets = Counter(
            "turnero_ticket_facts", "What happened to tickets", ["site", "what"], registry=registry
        )
        self.streams = Gauge("turnero_streams", "Live streams that are open", registry=registry)
        self.waiting = Gauge(
            "turnero_waiting", "People in line", ["site", "service"], registry=registry
        )
        self.promises = Gauge(
            "turnero_wait_promises",
            "Promised waits that ended in a call today",
            ["site", "service"],
            registry=registry,
        )
        self.promise_error = Gauge(
            "turnero_wait_promise_error_minutes",
            "Mean absolute error of today's likely waits",
            ["site", "service"],
            registry=registry,
        )
        self.promise_bias = Gauge(
            "turnero_wait_promise_bias_minutes",
            "Mean error of today's likely waits; above zero, people waited longer",
            ["site", "service"],
            registry=registry,
        )
        self.promise_inside = Gauge(
            "turnero_wait_promise_inside_ratio",
            "Share of today's waits within the range that was promised",
            ["site", "service"],
            registry=registry,
        )
        self.head = Gauge(
            "turnero_journal_head", "Number of the last fact", ["site"], registry=registry
        )
        self.spool = Gauge(
            "turnero_print_jobs", "Print jobs by state", ["site", "state"], registry=registry
        )
        self.call_lag = Gauge(
            "turnero_announcement_lag_seconds",
            "From a board's last announced call to the start of its announcement",
            ["site", "board"],
            registry=registry,
        )
        self.call_backlog = Gauge(
            "turnero_announcement_backlog",
            "Calls that a board has not announced yet",
            ["site", "board"],
            registry=registry,
        )
        self.callbacks = Gauge(
            "turnero_callbacks",
            "Callbacks that are not over, by stage",
            ["site", "stage"],
            registry=registry,
        )
        self.dialling = Gauge(
            "turnero_dialling_open", "1 while patients can be rung", registry=registry
        )
        self.ready = Gauge("turnero_ready", "1 while everything can be kept", registry=registry)
        #: children by label values: looking them up in the library takes a lock each
        self._seen: dict[
            tuple[str, str, int], tuple[Callable[[], None], Callable[[float], None]]
        ] = {}

    def request(self, method: str, route: str, status: int, seconds: float) -> None:
        """Count an answer."""
        key = (method, route, status)
        found = self._seen.get(key)
        if found is None:
            found = self._seen[key] = (
                self._requests.labels(method, route, str(status)).inc,
                self._latency.labels(route).observe,
            )
        found[0]()
        found[1](seconds)

    def batch(self, commands: int, seconds: float) -> None:
        """Measure a transaction of the ledger. Called from its writer's thread."""
        self._batch.observe(commands)
        self._commit.observe(seconds)

    def text(self) -> bytes:
        """All figures in Prometheus' text format."""
        return generate_latest(self.registry)


def measured_writer(metrics: Metrics) -> type[Writer]:
    """The store's writer, each of whose transactions is measured."""

    class MeasuredWriter(Writer):
        def _write(self, session: Session | None, jobs: list[Job]) -> Session | None:
            started = perf_counter()
            try:
                return super()._write(session, jobs)
            finally:
                metrics.batch(len(jobs), perf_counter() - started)

    return MeasuredWriter

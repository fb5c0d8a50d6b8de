"""How much the background work can bear: a festival in a store of its own (D7)."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import click

from api.cli.care import DAY
from api.cli.session import Session
from api.simulation.festival import Outcome, p, simulate


@click.command("simulate")
@click.option("--customers", type=click.IntRange(1_000, 10_000_000), default=20_000,
              show_default=True)  # fmt: skip
@click.option("--day", type=DAY, required=True, help="A festival, such as 2026-02-17.")
@click.option("--workers", type=click.IntRange(1, 64), default=1, show_default=True)
@click.pass_obj
def simulate_command(session: Session, *, customers: int, day: datetime, workers: int) -> None:
    """Have very many customers greeted on one day, and measure it.

    In a database and a queue of its own, which are deleted afterwards: customers in six zones are
    registered, their moments reckoned, and on the day, zone by zone, all fall due at once and are
    decided and put in the outbox by the same processes as ever. Nothing is sent. Somebody records
    contacts meanwhile, and lists and escalations of people fall due in the same hour.
    """
    with TemporaryDirectory(prefix="kezhi-simulation-") as folder:
        Path(folder).chmod(0o755)
        environment = {"KEZHI_DATA": str(Path(folder) / "data")}
        outcome = simulate(
            environment, day.date(), customers, workers, lambda line: click.echo(line, err=True)
        )
    session.show(_told(outcome, day.date()))


def _told(outcome: Outcome, day: date) -> dict[str, Any]:
    return {
        "day": day,
        "customers": outcome.customers,
        "registered_per_second": round(outcome.customers / outcome.registering),
        "moments_reckoned_per_second": round(outcome.customers / outcome.reckoning),
        "most_due_in_a_minute": outcome.most_a_minute,
        "decided": outcome.decided,
        "decisions": dict(outcome.outcomes),
        "decided_per_second": round(outcome.rate),
        "in_the_outbox_per_second": round(outcome.outbox_rate),
        "deepest_queue_of_hints": outcome.deepest_queue,
        "write_p50_ms_before": round(p(outcome.quiet_ms, 0.5), 1),
        "write_p50_ms_during": round(p(outcome.busy_ms, 0.5), 1),
        "write_p95_ms_before": round(p(outcome.quiet_ms, 0.95), 1),
        "write_p95_ms_during": round(p(outcome.busy_ms, 0.95), 1),
        "writes_during": len(outcome.busy_ms),
        "lists_decided": len(outcome.reminded_late),
        "lists_late_seconds_p99": round(p(outcome.reminded_late, 0.99), 1),
        "rungs_climbed": len(outcome.climbed_late),
        "rungs_late_seconds_p99": round(p(outcome.climbed_late, 0.99), 1),
        "processor_seconds": {n: round(v, 1) for n, v in sorted(outcome.processor.items())},
        "megabytes": {name: round(value) for name, value in sorted(outcome.memory.items())},
    }

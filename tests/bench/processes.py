"""What the processes of a running pipeline use: CPU time and memory, by service and server."""

from __future__ import annotations

from dataclasses import dataclass

import psutil
from tests.e2e.pipeline import Pipeline

SERVERS = {"broker": "kafka.Kafka", "postgres": "pgdata"}
MB = 2**20


@dataclass(frozen=True, slots=True)
class Memory:
    """In MB. ``leader``, ``largest_child``: resident; ``shared_out``: PSS, of all together."""

    leader: float
    largest_child: float
    shared_out: float


def leaders(pipeline: Pipeline) -> dict[str, psutil.Process]:
    """Name → the process that has started all others of its kind, in the order of the way."""
    services = pipeline.children()
    found = {name: services[name] for name in ("fetch", "clean", "classify", "index")}
    for process in psutil.Process(pipeline.process.pid).children(recursive=True):
        line = " ".join(process.cmdline())
        for name, mark in SERVERS.items():
            if mark in line and name not in found:
                found[name] = process
    return found


def cpu_seconds(leader: psutil.Process) -> float:
    """User and system time so far, of the process, its children, and those that have ended."""
    total = 0.0
    for process in (leader, *leader.children(recursive=True)):
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system + times.children_user + times.children_system
    return total


def memory(leader: psutil.Process) -> Memory:
    resident, shared_out, largest = leader.memory_info().rss / MB, 0.0, 0.0
    family = [leader, *leader.children(recursive=True)]
    for process in family:
        try:
            full = process.memory_full_info()
        except psutil.NoSuchProcess:
            continue
        shared_out += full.pss / MB
        if process != leader:
            largest = max(largest, full.rss / MB)
    return Memory(resident, largest, shared_out)

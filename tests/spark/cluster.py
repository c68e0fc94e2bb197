# SPDX-License-Identifier: Apache-2.0
"""A standalone Spark cluster of real processes on loopback: a master and workers, each with an executor of its own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import psutil

if TYPE_CHECKING:
    from pyspark.sql import SparkSession

HOST = "127.0.0.1"
PATIENCE_S = 60
_PACKAGE = "org.apache.spark.deploy"


@dataclass(frozen=True)
class Cluster:
    master: str
    workers: list[subprocess.Popen[bytes]]
    folder: Path

    def session(self, name: str) -> SparkSession:
        """A driver's session in this process, on all workers."""
        from pyspark.sql import SparkSession

        builder = SparkSession.builder.master(self.master).appName(name)
        for key, value in {
            "spark.driver.host": HOST, "spark.driver.bindAddress": HOST, "spark.driver.memory": "512m",
            "spark.executor.memory": "512m", "spark.executor.cores": "1", "spark.ui.enabled": "false",
            "spark.sql.shuffle.partitions": "2", "spark.sql.session.timeZone": "UTC",
            "spark.local.dir": str(self.folder / "local"), "spark.sql.warehouse.dir": str(self.folder / "warehouse"),
            # Of a worker that died, its driver hears at once; what it had shuffled is made again.
            "spark.task.maxFailures": "8", "spark.sql.streaming.minBatchesToRetain": "3",
        }.items():  # fmt: skip
            builder = builder.config(key, value)
        return builder.getOrCreate()

    def kill(self, number: int) -> None:
        """kill -9 of a worker with its executor and that one's Python processes."""
        children = psutil.Process(self.workers[number].pid).children(recursive=True)
        assert children, "the worker has an executor, which dies with it"
        for process in [self.workers[number], *children]:
            process.kill()
        self.workers[number].wait()


@contextmanager
def cluster(folder: Path, *, workers: int) -> Iterator[Cluster]:
    """Start one, and wait until the master knows its workers; every process is gone after the block."""
    os.environ.update(PYSPARK_PYTHON=sys.executable, SPARK_LOCAL_IP=HOST)
    port, log = _free_port(), folder / "master.log"
    processes = [_started("master.Master", log, "--host", HOST, "--port", str(port), "--webui-port", "0")]
    try:
        _until(log, "I have been elected leader", 1, processes)
        master = f"spark://{HOST}:{port}"
        for number in range(workers):
            place = ("--host", HOST, "--webui-port", "0", "--cores", "1", "--memory", "768m")
            work = ("--work-dir", str(folder / f"worker-{number}"))
            processes.append(_started("worker.Worker", folder / f"worker-{number}.log", *place, *work, master))
        _until(log, "Registering worker", workers, processes)
        yield Cluster(master, processes[1:], folder)
    finally:
        _end(processes)


def _started(what: str, log: Path, *arguments: str) -> subprocess.Popen[bytes]:
    import pyspark

    program = Path(pyspark.__file__).parent / "bin" / "spark-class"
    with log.open("wb") as out:
        return subprocess.Popen(
            [str(program), f"{_PACKAGE}.{what}", *arguments], stdout=out, stderr=subprocess.STDOUT,
            env={**os.environ, "SPARK_DAEMON_MEMORY": "256m", "SPARK_NO_DAEMONIZE": "1"},
        )  # fmt: skip


def _until(log: Path, line: str, times: int, processes: list[subprocess.Popen[bytes]]) -> None:
    deadline = time.monotonic() + PATIENCE_S
    while log.read_text(errors="replace").count(line) < times:
        assert all(one.poll() is None for one in processes), log.read_text(errors="replace")[-2000:]
        assert time.monotonic() < deadline, log.read_text(errors="replace")[-2000:]
        time.sleep(0.1)


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    """End what was started here, children first; a worker that was killed is gone already."""
    for process in processes:
        if process.poll() is None:
            for child in psutil.Process(process.pid).children(recursive=True):
                child.kill()
            process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as one:
        one.bind((HOST, 0))
        return int(one.getsockname()[1])

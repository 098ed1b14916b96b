#!/usr/bin/env python3
"""Measures the peer: Spark Structured Streaming drains a topic of video snapshots into a Delta table.

    topic_to_delta.py BROKERS TOPIC OUT

Reports in the form of streams/benches/throughput.rs. The clock runs from the start of the query to its end. The start
of the JVM and of the session is outside it, as the start of the process is outside ours; the report's second line has
the time with it. The JVM is cold in the first line, as after a deployment. The second line also says what the same
query does once more in the then warm JVM, as after some minutes of work. Peak memory is the JVM's and Python's, each at
its own highest, after the first of the two.

Spark has its default heap (1 GiB). Two of its defaults are made for clusters and would cost it time here, so they are
lowered to the two cores: how many tasks a shuffle and a reading of Delta's log are cut into.

Ends with 1 unless the table holds every record of the topic, once and parsed. CLASS_PATH names the jars of Kafka and
Delta, as the JVM's class path does.
"""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

from pyspark import __version__ as version
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql import functions as f

CORES = 2
MAX_OFFSETS_PER_TRIGGER = 200_000
# The fields that the bench's events have.
FIELDS = """
    video_id STRING, title STRING, channel_id STRING, channel_title STRING, category_id INT, tags ARRAY<STRING>,
    views BIGINT, likes BIGINT, comments BIGINT, thumbnail_url STRING
"""


def open_session(folder: Path) -> SparkSession:
    settings = {
        "spark.driver.host": "127.0.0.1",
        "spark.driver.bindAddress": "127.0.0.1",
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        "spark.local.dir": str(folder / "spark"),
        "spark.sql.warehouse.dir": str(folder / "warehouse"),
        "spark.driver.extraJavaOptions": f"-Djava.io.tmpdir={folder} -XX:-UsePerfData",
        # On the class path rather than in spark.jars, which the first task would copy, on the clock.
        "spark.driver.extraClassPath": os.environ["CLASS_PATH"],
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": str(CORES),
        "spark.databricks.delta.snapshotPartitions": str(CORES),
    }
    builder = SparkSession.builder.master(f"local[{CORES}]").appName("topic_to_delta")
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


def kafka_options(brokers: str, topic: str) -> dict[str, str]:
    return {"kafka.bootstrap.servers": brokers, "subscribe": topic, "startingOffsets": "earliest"}


def rows_of(records: DataFrame) -> DataFrame:
    time_header = f.get(f.filter("headers", lambda header: header["key"] == "ce_time"), f.lit(0))["value"]
    return records.select(
        f.from_json(f.col("value").cast("string"), FIELDS).alias("event"),
        time_header.cast("string").cast("timestamp").alias("event_time"),
        "topic",
        "partition",
        "offset",
    ).select("event.*", "event_time", "topic", "partition", "offset")


def drain(spark: SparkSession, options: dict[str, str], table: Path) -> float:
    """The seconds from the query's start to its end."""
    records = spark.readStream.format("kafka").options(**options).option("includeHeaders", True)
    rows = rows_of(records.option("maxOffsetsPerTrigger", MAX_OFFSETS_PER_TRIGGER).load())
    writer = rows.writeStream.format("delta").option("checkpointLocation", f"{table}.checkpoint")
    begun = time.monotonic()
    writer.trigger(availableNow=True).start(str(table)).awaitTermination()
    return time.monotonic() - begun


def peak_memory_mib(pid: int | str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM:")) // 1024


def seconds_since_process_start() -> float:
    """By the 22nd field of /proc/self/stat, in ticks since the machine's start. The 2nd ends at the last bracket."""
    ticks = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[19])
    return time.clock_gettime(time.CLOCK_BOOTTIME) - ticks / os.sysconf("SC_CLK_TCK")


def size_of(spark: SparkSession, options: dict[str, str]) -> tuple[int, int]:
    """How many records the topic has, and the bytes of all values: asked of Kafka, not of the query."""
    records = spark.read.format("kafka").options(**options).load()
    return records.agg(f.count("*"), f.coalesce(f.sum(f.length("value")), f.lit(0))).first()


def faults_of(spark: SparkSession, table: Path, records: int) -> list[str]:
    rows = spark.read.format("delta").load(str(table))
    found = rows.agg(
        f.count("*").alias("rows"),
        f.count_distinct("topic", "partition", "offset").alias("different records"),
        f.count("video_id").alias("rows with a video"),
        f.count("event_time").alias("rows with a time"),
    ).first()
    return [f"{name}: {count}, not {records}" for name, count in found.asDict().items() if count != records]


def main(brokers: str, topic: str, out: str) -> int:
    folder, options = Path(out).absolute(), kafka_options(brokers, topic)
    spark = open_session(folder)
    jvm = spark._jvm.java.lang.ProcessHandle.current().pid()
    took = drain(spark, options, folder / "cold")
    process, memory = seconds_since_process_start(), peak_memory_mib("self") + peak_memory_mib(jvm)
    warm = drain(spark, options, folder / "warm")
    records, size = size_of(spark, options)
    faults = [] if records else [f"the topic {topic} is empty"]
    for table in ("cold", "warm"):
        faults += [f"the {table} run's table: {fault}" for fault in faults_of(spark, folder / table, records)]
    spark.stop()
    if faults:
        print("\n".join(faults), file=sys.stderr)
        return 1
    name = f"topic -> Delta by Spark {version}"
    print(
        f"{name} on Kafka: {records / took:,.0f} records/s, {size / took / 1e6:.1f} MB/s of JSON, "
        f"peak memory {memory} MiB ({records} records of {size // records} bytes in {took:.2f} s)"
    )
    print(
        f"{name}, the same from the start of its process: {process:.2f} s; once more in the warm JVM: "
        f"{records / warm:,.0f} records/s, {size / warm / 1e6:.1f} MB/s of JSON ({warm:.2f} s)"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))

"""The peer: Splink on DuckDB over the same rows, in a Python of its own. Usage: python _splink.py ROWS.csv

Blocks by the same keys, compares names, handles, place and firm with term frequencies, fits without labels, and prints
seconds, memory and the best F1 over thresholds as one line of JSON.
"""

import json
import logging
import sys
import time
from pathlib import Path

FIT_PAIRS = 1_000_000
THRESHOLDS = range(-12, 25)


def peak() -> float:
    """Most memory this process ever held, MiB; getrusage would count that of its parent before the start."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    return next(float(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM"))


def main(file: str) -> None:
    """Run and print."""
    import duckdb
    import splink.comparison_library as cl
    from splink import Linker, SettingsCreator, block_on
    from splink.backends.duckdb import DuckDBAPI

    logging.disable(logging.WARNING)
    connection = duckdb.connect()
    connection.execute("SET threads TO 2")
    connection.execute(f"CREATE TABLE people AS SELECT * FROM read_csv('{file}', all_varchar=true, nullstr='')")
    start, busy = time.perf_counter(), time.process_time()
    settings = SettingsCreator(
        link_type="dedupe_only",
        unique_id_column_name="id",
        comparisons=[
            cl.JaroWinklerAtThresholds("first", [0.92, 0.8]).configure(term_frequency_adjustments=True),
            cl.JaroWinklerAtThresholds("last", [0.92, 0.8]).configure(term_frequency_adjustments=True),
            cl.JaroWinklerAtThresholds("handle", [0.95, 0.88]).configure(term_frequency_adjustments=True),
            cl.ExactMatch("city").configure(term_frequency_adjustments=True),
            cl.ExactMatch("firm").configure(term_frequency_adjustments=True),
        ],
        blocking_rules_to_generate_predictions=[
            block_on("handle"),
            block_on("stem"),
            block_on("first", "last"),
            block_on("last", "substr(first, 1, 1)", "city"),
            block_on("last", "substr(first, 1, 1)", "firm"),
        ],
    )
    linker = Linker(DuckDBAPI(connection).register("people"), settings)
    linker.training.estimate_probability_two_random_records_match([block_on("handle")], recall=0.5)
    linker.training.estimate_u_using_random_sampling(max_pairs=FIT_PAIRS)
    for rule in (block_on("handle"), block_on("first", "last")):
        linker.training.estimate_parameters_using_expectation_maximisation(rule)
    trained = time.perf_counter()
    found = linker.inference.predict(threshold_match_weight=-20)
    end, busy = time.perf_counter(), time.process_time() - busy
    memory = peak()
    pairs = connection.execute(
        f"SELECT match_weight, l.owner = r.owner FROM {found.physical_name} p "
        "JOIN people l ON l.id = p.id_l JOIN people r ON r.id = p.id_r WHERE l.source <> r.source"
    ).fetchnumpy()
    counted = connection.execute("SELECT sum(n * (n - 1) / 2) FROM (SELECT count(*) n FROM people GROUP BY owner)")
    true = float((counted.fetchone() or (0.0,))[0])
    weight, same = list(pairs.values())
    best = 0.0
    for limit in THRESHOLDS:
        kept = weight >= limit
        best = max(best, float(2 * same[kept].sum() / (kept.sum() + true)))
    figures = {"seconds": end - start, "training": trained - start, "scoring": end - trained, "memory": memory}
    print(json.dumps(figures | {"busy": busy, "pairs": len(weight), "f1": best}))


if __name__ == "__main__":
    main(sys.argv[1])

#!/usr/bin/env python3
"""Runs the benchmark programs of a build folder and prints one table. tools/bench/run builds them and calls this."""

import argparse
import contextlib
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

BARS = {1: ("<=", False), 2: (">=", False), 3: ("<=", True)}  # harness/table_row.hpp: operator, and of the ratio?

# Programs whose benchmarks are plain: regular expression -> row name, unit, what to read, bar, limit.
PLAIN = {
    "forecast_speed": [
        (r"forecast_from_a_thousand_rows/pooled", "forecast of one bundle, 1,000 rows of history", "us", "cpu_time", 1, 100),
        (r"forecast_from_a_thousand_rows/(\w+)", "the same, {0}", "us", "cpu_time", 1, 100),
        (r"learn_two_thousand_rows", "learning 2,000 rows, pooled", "ms", "cpu_time", 0, 0),
        (r"save_and_load", "saving and loading what was learned", "us", "cpu_time", 0, 0),
    ],
    "hub_bench": [
        (r"hub: (reservations|collections) a segment/(\d+)", "hub on SQLite, {1} {0} a segment", "changes/s",
         "items_per_second", 0, 0),
        (r"hub: polls", "hub on SQLite, polls", "polls/s", "items_per_second", 0, 0),
        (r"hub: the same request again", "hub on SQLite, repeated requests", "requests/s", "items_per_second", 0, 0),
    ],
}


def literally(name):
    """A POSIX regular expression of just this text; re.escape would put a backslash before a space as well."""
    return re.sub(r"([][.^$*+?(){}|\\])", r"\\\1", name)


def benchmarks_of(program, arguments, environment):
    """What one program measured, as Google Benchmark's JSON gives it."""
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        command = [program, f"--benchmark_out={out.name}", "--benchmark_out_format=json", *arguments]
        finished = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, env=environment)
        if finished.returncode != 0:
            sys.exit(f"{program} failed: {finished.stderr.strip()}")
        text = pathlib.Path(out.name).read_text()
        return json.loads(text)["benchmarks"] if text else []


def table_rows(benchmarks):
    for one in benchmarks:
        if one.get("error_occurred"):
            sys.exit(f"{one['name']} failed: {one['error_message']}")
        unit, _, note = one["label"].partition("|")
        yield {"name": one["name"].removesuffix("/iterations:1"), "measured": one["measured"],
               "baseline": one.get("baseline"), "unit": unit, "bar": int(one["bar"]), "limit": one["limit"], "note": note}


def plain_rows(benchmarks, shapes):
    for one in benchmarks:
        for pattern, name, unit, field, bar, limit in shapes:
            found = re.fullmatch(pattern, one["name"])
            if found:
                yield {"name": name.format(*found.groups()), "measured": one[field], "baseline": None, "unit": unit,
                       "bar": bar, "limit": limit, "note": ""}
                break


def memory_rows(build, quick):
    """Resident memory of the program while it refreshes and counts a large shop, as time(1) sees it."""
    size = 100_000 if quick else 1_000_000
    with tempfile.TemporaryDirectory() as folder:
        shop = f"{folder}/shop.db"
        now, code = subprocess.run([build / "make_shop", shop, str(size)], check=True, capture_output=True,
                                   text=True).stdout.split()
        for name, commands, bar in (
                ("memory of refresh, {:,} reservations", [["collect", code], ["refresh"]], 1),
                ("memory of refresh --rebuild", [["refresh", "--rebuild"]], 0)):
            for command in commands:
                finished = subprocess.run(["/usr/bin/time", "-v", build / "edge-analytics", "--db", shop, "--as-of", now,
                                           *command], check=True, capture_output=True, text=True)
            kilobytes = int(re.search(r"Maximum resident set size \(kbytes\): (\d+)", finished.stderr).group(1))
            yield {"name": name.format(size), "measured": kilobytes / 1024, "baseline": None, "unit": "MiB", "bar": bar,
                   "limit": 32, "note": "resident, /usr/bin/time -v"}


@contextlib.contextmanager
def postgres_server():
    """A server of its own in a scratch folder; gives the address of an empty database."""
    script = pathlib.Path(__file__).parents[2] / "tests/support/postgres_server"
    options = {**os.environ, "EDGE_TEST_POSTGRES_OPTIONS": "-c shared_buffers=256MB -c max_wal_size=4GB"}
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([script, "start", f"{folder}/server"], check=True, env=options)
        try:
            socket = pathlib.Path(f"{folder}/server").read_text().strip()
            yield f"postgresql:///postgres?host={socket}&user=postgres"
        finally:
            subprocess.run([script, "stop", f"{folder}/server"], check=True)


def bootstrap_rows(build, quick):
    """A new device filled from a hub over loopback: the device's own time and memory, the hub's beside it."""
    with tempfile.TemporaryDirectory() as folder:
        yield from bootstrap_from(build, quick, f"{folder}/hub.db", ["--hub-db", f"{folder}/hub.db"], "SQLite",
                                  "the same; SQLite's cache of 32 MB included")


def postgres_bootstrap_rows(build, quick):
    with postgres_server() as address:
        yield from bootstrap_from(build, quick, address, ["--store", address], "PostgreSQL", "the same")


def bootstrap_from(build, quick, store, options, kind, hub_note):
    size = 100_000 if quick else 2_000_000
    with tempfile.TemporaryDirectory() as folder:
        shop = subprocess.run([build / "make_hub", store, str(size)], check=True, capture_output=True,
                              text=True).stdout.strip()
        hub = subprocess.Popen(["/usr/bin/time", "-v", build / "edge-analytics", "hub", "serve", *options, "--listen",
                                "127.0.0.1:0"], stderr=subprocess.PIPE, text=True)
        try:
            url = re.search(r"http://[0-9.:]+", hub.stderr.readline()).group(0)
            finished = subprocess.run(["/usr/bin/time", "-v", build / "edge-analytics", "--db", f"{folder}/shop.db",
                                       "--json", "sync", "bootstrap", "--url", url, "--shop", shop], capture_output=True,
                                      text=True)
        finally:
            subprocess.run(["pkill", "-INT", "-P", str(hub.pid)])
            hub_said = hub.communicate()[1]
        if finished.returncode != 0:
            sys.exit(f"sync bootstrap failed: {finished.stdout} {finished.stderr}")
        said = json.loads(finished.stdout)["data"]
    minutes, seconds = re.search(r"Elapsed.*: (\d+):([\d.]+)", finished.stderr).groups()
    cpu = sum(float(re.search(rf"{kind} time \(seconds\): ([\d.]+)", finished.stderr).group(1))
              for kind in ("User", "System"))
    resident = r"Maximum resident set size \(kbytes\): (\d+)"
    note = f"{cpu:.1f} s of processor time; {said['bytes_received'] / 2**20:.0f} MiB in {said['chunks']} chunks"
    yield {"name": f"bootstrap of {size:,} rows from {kind}", "baseline": None, "unit": "s", "bar": 1, "limit": 60,
           "measured": 60 * int(minutes) + float(seconds), "note": note}
    yield {"name": f"memory of the bootstrap from {kind}", "baseline": None, "unit": "MiB", "bar": 1, "limit": 64,
           "measured": int(re.search(resident, finished.stderr).group(1)) / 1024, "note": "resident, /usr/bin/time -v"}
    yield {"name": f"memory of the hub on {kind} that gave it", "baseline": None, "unit": "MiB", "bar": 0, "limit": 0,
           "measured": int(re.search(resident, hub_said).group(1)) / 1024, "note": hub_note}


def load_rows(build, quick):
    """What a hub on PostgreSQL takes from many devices at once; the processor time tells how busy the machine was."""
    finished = subprocess.run([build / "hub_load", "2" if quick else "15"], capture_output=True, text=True)
    if finished.returncode != 0:
        sys.exit(f"hub_load failed: {finished.stderr.strip()}")
    found = json.loads(finished.stdout)
    for key, name, limit in (("changes", "hub on PostgreSQL, 40 changes a segment, marketplace filled", 10_000),
                             ("polls", "hub on PostgreSQL, idle polls", 3_333)):
        one = found[key]
        cpu = one["hub_and_load_cpu_us"] + one["postgres_cpu_us"]
        yield {"name": name, "measured": one["per_second"], "baseline": None, "unit": f"{key}/s", "bar": 2, "limit": limit,
               "note": f"{cpu:.0f} us of processor time each, PostgreSQL and load generator included"}
    yield {"name": "hub on PostgreSQL, bytes of an idle poll, both ways", "measured": found["poll_bytes"],
           "baseline": None, "unit": "B", "bar": 1, "limit": 700, "note": "headers included"}


def number(value):
    if value >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if value < 100 else f"{value:.0f}"


def verdict(row):
    if row["bar"] not in BARS:
        return "", ""
    operator, of_ratio = BARS[row["bar"]]
    value = row["measured"] / row["baseline"] if of_ratio else row["measured"]
    met = value <= row["limit"] if operator == "<=" else value >= row["limit"]
    limit = f"{row['limit']:g}x" if of_ratio else f"{number(row['limit'])} {row['unit']}"
    return f"{operator} {limit}", "met" if met else "MISSED"


def print_table(rows):
    lines = [("row", "measured", "baseline", "ratio", "bar", "", "baseline is / note")]
    for row in rows:
        baseline = row["baseline"]
        lines.append((row["name"], f"{number(row['measured'])} {row['unit']}",
                      f"{number(baseline)} {row['unit']}" if baseline is not None else "",
                      f"{row['measured'] / baseline:.2f}" if baseline else "", *verdict(row), row["note"]))
    widths = [max(len(line[column]) for line in lines) for column in range(len(lines[0]))]
    for line in lines:
        left = (0, 4, 5, 6)
        print("  ".join(text.ljust(width) if column in left else text.rjust(width)
                        for column, (text, width) in enumerate(zip(line, widths))).rstrip())


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--load", action="store_true")
    parser.add_argument("name", nargs="?", default="")
    given = parser.parse_intermixed_args()
    environment = dict(os.environ)
    quick = []
    if given.quick:
        environment["EDGE_BENCH_QUICK"] = "1"
        quick = ["--benchmark_min_time=0.05"]
    rows = []
    for program in ("engine_bench", "sync_bench", "start_bench"):
        arguments = [f"--benchmark_filter={literally(given.name)}"] if given.name else []
        rows += table_rows(benchmarks_of(given.build / program, arguments, environment))
    for program, shapes in PLAIN.items():
        if not given.name or any(given.name in shape[1] for shape in shapes):
            rows += plain_rows(benchmarks_of(given.build / program, quick, environment), shapes)
    if given.name in "memory":
        rows += memory_rows(given.build, given.quick)
    if given.name in "bootstrap memory":
        rows += bootstrap_rows(given.build, given.quick)
    if given.load or given.name == "bootstrap":
        rows += postgres_bootstrap_rows(given.build, given.quick)
    if given.load:
        rows += load_rows(given.build, given.quick)
    print_table([row for row in rows if given.name in row["name"]])


if __name__ == "__main__":
    main()

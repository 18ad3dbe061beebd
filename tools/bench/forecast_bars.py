"""Each bar of the forecaster beside what was measured.

usage: forecast_bars.py JUDGE DATA PREDICTIONS SPEED.json

JUDGE holds evaluate.py and peer_dressed/; PREDICTIONS what forecast_backtest wrote; SPEED.json what forecast_speed
did. Exits with 1 if a bar is missed.
"""
import glob
import json
import math
import os
import subprocess
import sys
import tempfile

import pandas as pd

judge, data, predictions, speed = sys.argv[1:5]
missed = 0


def evaluate(folder):
    with tempfile.NamedTemporaryFile(suffix=".json") as out:
        subprocess.run([sys.executable, os.path.join(judge, "evaluate.py"), "--data", data, "--pred", folder, "--ref", data, "--boot", "0",
                        "--json", out.name], check=True, stdout=subprocess.DEVNULL)
        return json.load(open(out.name))


def without_grid(folder):
    """The same predictions scored by their exact CRPS, as the dressed peer is: 19 quantiles give 4 to 5 % more."""
    for path in glob.glob(os.path.join(predictions, "*.csv")):
        table = pd.read_csv(path)
        keep = ("q10", "q50", "q90")
        table.drop(columns=[c for c in table if c.startswith("q") and c not in keep]).to_csv(
            os.path.join(folder, os.path.basename(path)), index=False)


def geomean(values):
    values = list(values)
    return math.exp(sum(map(math.log, values)) / len(values))


def line(what, value, bar, digits=3, note=""):
    global missed
    met = value <= bar
    missed += not met
    print(f"{what:<44} {value:>9.{digits}f} {bar:>9.{digits}f}  {'met' if met else 'MISSED'}{'  ' + note if note else ''}")


def calibration():
    table = pd.concat(pd.read_csv(p).assign(set=os.path.basename(p)[:-4]) for p in sorted(glob.glob(os.path.join(predictions, "*.csv"))))
    observed = pd.concat(pd.read_csv(p).assign(set=os.path.basename(p)[:-4]) for p in sorted(glob.glob(os.path.join(data, "*.csv"))))
    key = ["set", "series_id", "category_id", "date", "window_start_hour"]
    both = table.merge(observed[key + ["observed_reservations"]], on=key)
    margin = (both.point * .2).apply(math.floor).clip(lower=1)
    hit = ((both.observed_reservations - both.point).abs() <= margin).astype(float)
    bins = (both.confidence * 10).astype(int).clip(upper=9)
    return pd.DataFrame({"bin": bins, "stated": both.confidence, "observed": hit}).groupby("bin").agg(
        rows=("stated", "size"), stated=("stated", "mean"), observed=("observed", "mean"))


with tempfile.TemporaryDirectory() as exact_folder:
    without_grid(exact_folder)
    grid, exact, dressed = evaluate(predictions), evaluate(exact_folder), evaluate(os.path.join(judge, "peer_dressed"))
sets = sorted(name for name in grid if not name.startswith("_"))

print(f"\n{'bar':<44} {'measured':>9} {'bar':>9}")
mean = grid["_geomean"]
line("MAE / peer, geometric mean (aim .84)", mean["MAE"], .87, 4)
line("MAE / peer, worst set", max(grid[s]["ratio"]["MAE"][0] for s in sets), 1.0, 4)
line("RMSE / peer, geometric mean", mean["RMSE"], .91, 4)
line("CRPS / dressed peer, geometric mean (aim .81)", geomean(exact[s]["all"]["CRPS"] / dressed[s]["all"]["CRPS"] for s in sets), .84, 4)
line("Brier / peer, geometric mean", mean["Brier"], .993, 4)
line("log loss / peer, geometric mean", mean["logloss"], .983, 4)
for s in sets:
    few = grid[s]["by_history"].get("1-9")
    if few:
        line(f"MAE / peer at 1 to 9 rows, {s}", few["MAE_ratio"], 1.05 if s == "medical_a" else 1.0, note=f"{few['rows']} slots")
for s in sets:
    line(f"80 % interval, slots below, {s}", grid[s]["all"]["below"], .105)
    line(f"80 % interval, slots above, {s}", grid[s]["all"]["above"], .105)
bins = calibration()
line("confidence, |stated - observed| over ten bins", ((bins.stated - bins.observed).abs() * bins.rows).sum() / bins.rows.sum(), .05, 4)
for timing in json.load(open(speed))["benchmarks"]:
    if timing["name"] == "forecast_from_a_thousand_rows/pooled":
        line("one forecast from 1,000 rows, us of CPU", timing["cpu_time"], 100, 1)
    if timing["name"] == "learn_two_thousand_rows":
        line("2,000 rows learned, ms of CPU", timing["cpu_time"], 60, 1)

print("\nconfidence by bin\n" + bins.round(3).to_string())
sys.exit(1 if missed else 0)

# SPDX-License-Identifier: GPL-2.0-or-later
#
# timeline.py REPORT TRACE: do the timelines of a report add up to its figures,
# and are the trace events well-formed and of the same course?

import json
import sys

with open(sys.argv[1], encoding="utf-8") as f:
    report = json.load(f)
with open(sys.argv[2], encoding="utf-8") as f:
    trace = json.load(f)

wrong = []


def expect(what, got, wanted):
    if got != wanted:
        wrong.append(f"{what}: {got}, not {wanted}")


def check_result(name, recording, result):
    t = result["timeline"]
    n = t["buckets"]
    for cause, count in result["rpcit"]["by_cause"].items():
        expect(f"{name}: {cause}", sum(t["rpcit"][cause]), count)
    expect(f"{name}: insufficient", sum(t["rpcit"]["insufficient"]), result["rpcit"]["insufficient"])
    for kind in ("iova_exhausted", "map_failed", "unbacked"):
        expect(f"{name}: {kind}", sum(t["failures"][kind]), result["maps"][kind])
    failed = sum(result["maps"][k] for k in ("iova_exhausted", "map_failed", "unbacked"))
    expect(f"{name}: failures", t["failures"]["total"], failed)
    expect(f"{name}: failures listed", len(t["failures"]["first"]), min(failed, 256))
    end = recording["start_ns"] + recording["duration_ns"] + result["overrun_ns"]
    for failure in t["failures"]["first"]:
        expect(f"{name}: failure in time", t["start_ns"] <= failure["time_ns"] <= end, True)
    expect(f"{name}: reaches the end",
           (n - 1) * t["bucket_ns"] <= end - t["start_ns"] < n * t["bucket_ns"], True)
    for track in ("host_pages", "live_pages", "lazy_pages", "queue_entries"):
        low, high = t[track]["min"], t[track]["max"]
        expect(f"{name}: {track}: length", (len(low), len(high)), (n, n))
        expect(f"{name}: {track}: order", all(a <= b for a, b in zip(low, high)), True)
        # A bucket begins where the last one ended.
        expect(f"{name}: {track}: no gap",
               all(low[i + 1] <= high[i] and high[i + 1] >= low[i] for i in range(n - 1)), True)
        if track in result["peaks"]:
            expect(f"{name}: {track}: at most the peak", max(high) <= result["peaks"][track], True)
    # Nothing is shown of how the guest got its initial pages.
    expect(f"{name}: begins with them", 2 * t["live_pages"]["min"][0] > result["parameters"]["initial_pages"], True)
    for track in ("live_pages", "lazy_pages"):
        expect(f"{name}: {track}: the peak", max(t[track]["max"]), result["peaks"][track])
    h = result["histograms"]
    expect(f"{name}: sizes", sum(b["maps"] for b in h["map_pages"]), result["maps"]["attempted"])
    expect(f"{name}: exposure", sum(b["pages"] for b in h["exposure_ns"]), result["exposure"]["pages"])
    for bucket in h["map_pages"] + h["exposure_ns"]:
        expect(f"{name}: powers of two", bucket["to"], 2 * bucket["from"] - 1)


results = []
for entry in report["recordings"]:
    for result in entry["results"]:
        check_result(result["strategy"], entry["recording"], result)
        results.append(result)

# https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU: what each phase needs.
phases = {"M": {"args"}, "C": {"ts", "args"}, "i": {"ts", "tid", "s", "args"}}
for event in trace["traceEvents"]:
    expect(f"event {event}: members",
           {"ph", "name", "pid"} | phases[event["ph"]] <= set(event), True)
    if event["ph"] == "C":
        expect(f"event {event}: counts",
               all(isinstance(v, int) and v >= 0 for v in event["args"].values()), True)
for pid, result in enumerate(results, 1):
    events = [e for e in trace["traceEvents"] if e["pid"] == pid]
    t = result["timeline"]
    for track in ("host_pages", "live_pages", "lazy_pages", "queue_entries"):
        counters = [e for e in events if e["ph"] == "C" and e["name"] == track]
        expect(f"process {pid}: {track}: highest", max(e["args"]["max"] for e in counters), max(t[track]["max"]))
        expect(f"process {pid}: {track}: first", round(counters[0]["ts"] * 1000 - t["start_ns"], -3), 0)
        expect(f"process {pid}: {track}: in order",
               all(a["ts"] < b["ts"] for a, b in zip(counters, counters[1:])), True)
    instants = [e for e in events if e["ph"] == "i"]
    expect(f"process {pid}: failures", sum(e["args"].get("maps", 1) for e in instants), t["failures"]["total"])
    expect(f"process {pid}: names", [e["name"] for e in events if e["ph"] == "M"][0], "process_name")

for line in wrong[:20]:
    print(line, file=sys.stderr)
sys.exit(bool(wrong))

#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0-or-later
"""iofaults.py REPORT.json TRUTH.json: hold the faults of a report against what was staged.

Each staged fault that was reported is found once, its kind and last mapping are the truth's; no
other fault is there.  A fault may be uncertain where the truth is, or if its page changed within
the time that the report gives as its uncertainty.
"""
import json
import sys

report = json.load(open(sys.argv[1]))
truth = json.load(open(sys.argv[2]))
faults = report["recordings"][0]["faults"]
pokes = [p for p in truth["pokes"]
         if p.get("trace_event") or p.get("log_line") or p.get("console_event")]
wrong = []
count = {"right": 0, "uncertain": 0, "uncertain in the truth": 0}
left = list(faults)


def near(poke, fault):
    """How far a fault's time is from a poke's, which it follows; None: not this one."""
    address = int(poke["address"], 16)
    if fault["page_only"]:
        address &= ~0xfff
    if fault["address"] != address or fault["access"] not in (None, poke["access"]):
        return None
    begin = poke.get("dma_not_before_ns", poke["mono_before_ns"])
    apart = fault["time_ns"] - begin
    return abs(apart) if -2_000_000 < apart < 30_000_000 else None


def expected(poke):
    state = poke["state"]
    if state.startswith("never"):
        return "never_mapped"
    return {"live": "wrong_direction"}.get(state, state)


def same_mapping(truth_mapping, mapping):
    if mapping is None:
        return False
    iova = int(truth_mapping["iova"], 16)
    by = mapping["mapped_by"]
    return (mapping["iova"] == iova and mapping["size"] == truth_mapping["size"] and
            mapping["mapped_ns"] == truth_mapping["mapped_ns"] and
            mapping["unmapped_ns"] == truth_mapping["unmapped_ns"] and
            by["comm"] == truth_mapping["mapped_by"]["comm"] and
            by["pid"] == truth_mapping["mapped_by"]["pid"] and
            mapping["direction"] == truth_mapping.get("direction") and
            mapping["device"] == truth_mapping.get("device"))


for poke in pokes:
    found = [(near(poke, f), i) for i, f in enumerate(left) if near(poke, f) is not None]
    if not found:
        wrong.append(f"poke {poke['id']} ({poke['address']} {poke['access']}): not found")
        continue
    fault = left.pop(min(found)[1])
    if poke["state"] == "uncertain":
        count["uncertain in the truth"] += 1
        continue
    if fault["kind"] == "uncertain":
        count["uncertain"] += 1
        if not fault["candidates"]:
            wrong.append(f"poke {poke['id']}: uncertain, without candidates")
        print(f"poke {poke['id']} {poke['state']}: {fault['verdict']}")
        continue
    if fault["kind"] != expected(poke):
        wrong.append(f"poke {poke['id']}: {fault['kind']}, but {poke['state']}: {fault['verdict']}")
    elif poke.get("last_mapping") and not same_mapping(poke["last_mapping"], fault["mapping"]):
        wrong.append(f"poke {poke['id']}: mapping {fault['mapping']} is not {poke['last_mapping']}")
    else:
        count["right"] += 1
wrong += [f"no such fault: {f['time_ns']} {f['address']:#x} {f['verdict']}" for f in left]
print(f"{len(pokes)} faults: {count}")
for line in wrong:
    print(line)
sys.exit(bool(wrong))

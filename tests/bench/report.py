# SPDX-License-Identifier: MIT
"""report.py - figures from runs, and the table of them."""
import statistics


def spread(values):
    """Median, quartiles, extremes."""
    if not values:
        return None
    ordered = sorted(values)
    low, high = ordered[0], ordered[-1]
    if len(ordered) > 3:
        quarters = statistics.quantiles(ordered, n=4, method="inclusive")
        first, third = quarters[0], quarters[2]
    else:
        first, third = low, high
    return {"median": statistics.median(ordered), "q1": first, "q3": third,
            "min": low, "max": high, "n": len(ordered)}


def good(runs, *names):
    """Pairs in which all these tools were run and did not fail."""
    return [pair for pair in runs
            if all(name in pair and "failed" not in pair[name] for name in names)]


def events_of(workload, runs):
    """What the added time is divided by."""
    if workload.per == "process":
        return workload.processes
    counts = [pair[name]["allocations"] for pair in runs for name in pair
              if pair[name].get("allocations")]
    return statistics.median(counts) if counts else None


def figures(workload, tool, runs):
    """What a tool cost on a workload, pair by pair against its base."""
    mine = good(runs, tool.name)
    result = {"tool": tool.name, "runs": len(mine)}
    failed = {pair[tool.name]["failed"] for pair in runs
              if "failed" in pair.get(tool.name, {})}
    if failed:
        result["failed"] = "; ".join(sorted(failed))
    for key in ("cpu", "app_cpu", "wall", "rss", "output", "allocations", "lost", "truncated",
                "recorder_bytes", "faults"):
        values = [pair[tool.name][key] for pair in mine if key in pair[tool.name]]
        if values:
            result[key] = spread(values)
    if not tool.base:
        return result
    pairs = good(runs, tool.name, tool.base)
    events = events_of(workload, runs)
    both = [(pair[tool.name], pair[tool.base]) for pair in pairs]
    result["base"] = tool.base
    result["cpu_ratio"] = spread([a["cpu"] / b["cpu"] for a, b in both if b["cpu"]])
    result["wall_ratio"] = spread([a["wall"] / b["wall"] for a, b in both if b["wall"]])
    result["rss_added"] = spread([a["rss"] - b["rss"] for a, b in both])
    if events:
        result["ns"] = spread([(a["cpu"] - b["cpu"]) / events * 1e9 for a, b in both])
        result["app_ns"] = spread([(a["app_cpu"] - b["app_cpu"]) / events * 1e9
                                   for a, b in both])
    return result


def size(n):
    sign = "-" if n < 0 else ""
    n = abs(n)
    for unit in ("B", "KiB", "MiB"):
        if n < 1024:
            break
        n /= 1024
    else:
        unit = "GiB"
    return "%s%.*f %s" % (sign, 0 if unit == "B" or n >= 100 else 1, n, unit)


def number(n):
    return "%.*f" % (1 if abs(n) < 100 else 0, n)


COLUMNS = "%-14s %-14s %9s %-19s %7s %7s %11s %6s %11s"
HEADINGS = COLUMNS % ("workload", "tool", "added ns", "(quartiles)", "CPU", "wall", "peak RSS",
                      "", "output")


def section(workload, results):
    """The lines of one workload; `results` are figures(), plain's first."""
    plain = results[0]
    lines = []
    if "cpu" not in plain:
        return ["%-14s did not run: %s" % (workload.name, plain.get("failed", "?"))]
    counts = [r["allocations"]["median"] for r in results if "allocations" in r]
    what = "%d processes" % workload.processes if workload.per == "process" else (
        "{:,.0f} allocations".format(counts[0]) if counts else "allocations not counted")
    lines.append("%-14s plain: %.3f s CPU, %.3f s, %s, %s" % (
        workload.name, plain["cpu"]["median"], plain["wall"]["median"],
        size(plain["rss"]["median"]), what))
    for r in results[1:]:
        if r["runs"] == 0:
            if r.get("failed"):
                lines.append(COLUMNS[:COLUMNS.index(" %9s")] % ("", r["tool"]) +
                             " failed: " + r["failed"])
            continue
        if not r.get("cpu_ratio"):
            continue
        ns = r.get("ns")
        grown = r["rss_added"]["median"]
        base = r["rss"]["median"] - grown
        note = ""
        if r["base"] != "plain":
            note += "  over " + r["base"]
        if r["cpu_ratio"]["n"] != plain["runs"]:
            note += "  %d of %d runs" % (r["cpu_ratio"]["n"], plain["runs"])
        if r.get("lost", {}).get("median"):
            note += "  %d events lost" % r["lost"]["median"]
        if r.get("failed"):
            note += "  some " + r["failed"]
        lines.append((COLUMNS % (
            "", r["tool"], number(ns["median"]) if ns else "-",
            "(%s to %s)" % (number(ns["q1"]), number(ns["q3"])) if ns else "",
            "%.2fx" % r["cpu_ratio"]["median"], "%.2fx" % r["wall_ratio"]["median"],
            ("+" if grown >= 0 else "") + size(grown),
            "%+.0f%%" % (100 * grown / base) if base > 0 else "",
            size(r["output"]["median"])) + note).rstrip())
    return lines

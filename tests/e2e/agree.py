# SPDX-License-Identifier: MIT
"""agree.py TRACE... - at every point of every trace each report and each export has
the same totals as top.  $MEMPROF is the program.  Points are those that completion
offers, a few times, and ranges between them."""
import concurrent.futures
import csv
import gzip
import io
import json
import os
import re
import subprocess
import sys

MEMPROF = os.environ["MEMPROF"]
MAIN = ["live_bytes", "peak_bytes", "allocations"]  # of what takes a run for each
MEASURES = ["live_bytes", "live_count", "peak_bytes", "allocated_bytes", "allocations"]
checked = failed = 0


def run(*args):
    done = subprocess.run([MEMPROF, *args], capture_output=True)
    return done.returncode, done.stdout, done.stderr.decode(errors="replace")


def report(name, trace, *args):
    status, out, err = run(name, *args, "--format", "json", trace)
    if status:
        raise ValueError(f"{name} {' '.join(args)}: {err.strip()}")
    return json.loads(out)


def export(to, trace, *args):
    status, out, err = run("export", "--to", to, *args, trace)
    if status:
        raise ValueError(f"export --to {to}: {err.strip()}")
    return out


def varint(data, at):
    value = shift = 0
    while True:
        byte = data[at]
        at += 1
        value |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            return value, at


def fields(data):
    """Number and value of each field of a protocol buffers message."""
    at = 0
    while at < len(data):
        tag, at = varint(data, at)
        if tag & 7 == 0:
            value, at = varint(data, at)
        elif tag & 7 == 2:
            length, at = varint(data, at)
            value = data[at:at + length]
            at += length
        else:
            raise ValueError(f"wire type {tag & 7}")
        yield tag >> 3, value


def pprof(trace):
    """Sums by the names of the sample types, which pprof's own message has."""
    strings, types, sums = [], [], None
    samples = []
    for number, value in fields(gzip.decompress(export("pprof", trace))):
        if number == 6:
            strings.append(value.decode())
        elif number == 1:
            types.append(dict(fields(value)).get(1, 0))
        elif number == 2:
            samples.append(value)
    sums = [0] * len(types)
    for sample in samples:
        for number, value in fields(sample):
            if number != 2:
                continue
            at, i = 0, 0
            while at < len(value):
                v, at = varint(value, at)
                sums[i] += v - (1 << 64) if v >> 63 else v
                i += 1
    names = [strings[t] for t in types]
    keys = {"alloc_objects": "allocations", "alloc_space": "allocated_bytes",
            "inuse_objects": "live_count", "inuse_space": "live_bytes"}
    return {keys[n]: s for n, s in zip(names, sums)}


def speedscope(trace):
    keys = {"bytes live": "live_bytes", "bytes held at the peak": "peak_bytes",
            "bytes allocated": "allocated_bytes", "allocations": "allocations",
            "number of allocations": "allocations"}
    found = {}
    for profile in json.loads(export("speedscope", trace))["profiles"]:
        if profile["endValue"] != sum(profile["weights"]):
            raise ValueError(f"{profile['name']}: ends at {profile['endValue']}")
        if profile["name"] in keys:
            found[keys[profile["name"]]] = profile["endValue"]
    return found


def callgrind(trace):
    keys = {"Peak": "peak_bytes", "Live": "live_bytes", "Bytes": "allocated_bytes",
            "Allocs": "allocations"}
    text = export("callgrind", trace).decode()
    events = re.search(r"^events: (.*)$", text, re.M).group(1).split()
    totals = re.search(r"^(?:totals|summary): (.*)$", text, re.M).group(1).split()
    sums, calls = [0] * len(events), False
    for line in text.splitlines():
        if re.match(r"^[-+*]?\d", line):
            if not calls:
                for i, number in enumerate(line.split()[1:]):
                    sums[i] += int(number)
            calls = False
        else:
            calls = line.startswith("calls=")
    if sums != [int(t) for t in totals]:
        raise ValueError(f"its own costs add up to {sums}, it says {totals}")
    return {keys[e]: s for e, s in zip(events, sums) if e in keys}


def folded(trace):
    found = {}
    for measure in MAIN:
        lines = export("folded", trace, "--sort", measure).decode().splitlines()
        found[measure] = sum(int(line.rsplit(" ", 1)[1]) for line in lines)
    return found


def table(trace):
    rows = csv.DictReader(io.StringIO(export("csv", trace).decode()))
    rows = [r for r in rows if r["kind"] == "heap"]
    return {m: sum(int(r[m] or 0) for r in rows) for m in MEASURES}


def tree(name, *args):
    def of(trace):
        found = {}
        for measure in MAIN:
            got = report(name, trace, "--sort", measure, *args)
            found[measure] = sum(n["self"] for n in got["trees"]["calls"])
        return found
    return of


def rows(name, which, *args):
    def of(trace):
        got = report(name, trace, *args)["tables"][which]
        return {m: sum(r[m] or 0 for r in got) for m in MEASURES if got and m in got[0]}
    return of


def massif(trace):
    """What it says of the whole run, whatever the point."""
    text = export("massif", trace).decode()
    parts = re.findall(r"mem_heap_B=(\d+)\n.*\n.*\nheap_tree=(\w+)", text)
    peaks = [int(b) for b, kind in parts if kind == "peak"]
    if peaks and max(int(b) for b, _ in parts) != peaks[0]:
        raise ValueError(f"a snapshot is larger than the peak of {peaks[0]}")
    return {"peak_bytes": peaks[0]} if peaks else {}


OTHERS = {
    "rows of top": rows("top", "sites"),
    "top by function": rows("top", "sites", "--group-by", "function"),
    "top by stack": rows("top", "sites", "--group-by", "stack"),
    "modules": rows("modules", "modules"),
    "threads": rows("threads", "threads"),
    "tree": tree("tree"),
    "tree from below": tree("tree", "--bottom-up", "--min", "5"),
    "flame": tree("flame"),
    "folded": folded,
    "csv": table,
    "speedscope": speedscope,
    "callgrind": callgrind,
    "pprof": pprof,
    "massif": massif,
}

# What some cannot say: threads of the peak, a range in formats that only go up.
NO_THREADS = ("@peak",)
UPWARD = ("speedscope", "pprof", "callgrind", "massif", "flame", "tree", "tree from below", "folded")


def compare(trace):
    global checked, failed
    try:
        want = report("top", trace)["values"]
    except ValueError as error:
        if "has no peak" in str(error):
            return
        print(f"FAIL: {trace}: {error}")
        failed += 1
        return
    is_range = ".." in trace.rsplit("@", 1)[-1] or "@case:" in trace
    for name, of in OTHERS.items():
        if name == "threads" and trace.endswith(NO_THREADS):
            continue
        if is_range and name in UPWARD:
            continue
        try:
            got = of(trace)
        except ValueError as error:
            # a format may have nothing to say, and says that
            if not want["allocated_bytes"] and not want["peak_bytes"]:
                continue
            print(f"FAIL: {trace}: {name}: {error}")
            failed += 1
            continue
        for measure, value in got.items():
            if want.get(measure) is None or (name == "threads" and measure.startswith("peak")):
                continue
            if name == "massif" and "@" in trace.rsplit("/", 1)[-1]:
                continue
            checked += 1
            # threads hold something back from the peak, and stacks do not know whose
            if name == "massif":
                want = report("info", trace)["values"]
            if value != want[measure]:
                print(f"FAIL: {trace}: {name}: {measure} {value}, top has {want[measure]}")
                failed += 1


for path in sys.argv[1:]:
    offered = run("--complete", "top", path + "@")[1].decode().split()
    end = max(report("info", path)["values"]["duration_ns"] / 1e9, 1e-9)
    times = [f"{path}@{end * part:.9f}s" for part in (0.3, 0.8)]
    ranges = [f"{path}@{times[0].rsplit('@', 1)[1]}..end"]
    with concurrent.futures.ThreadPoolExecutor(2) as pool:
        list(pool.map(compare, [path, *offered, *times, *ranges]))
print(f"{checked} totals compared, {failed} differ")
sys.exit(failed > 0)

# SPDX-License-Identifier: MIT
"""tools.py - how each profiler is put around a program so that it records every
allocation with its stack into a file.  Adding a row to TOOLS adds a tool."""
import glob
import json
import os
import shutil
from dataclasses import dataclass
from typing import Callable, Optional


@dataclass
class Tool:
    name: str
    what: str
    # (setup, folder) -> variables to set; folder is empty and for the output
    environment: Callable = lambda setup, folder: {}
    # (setup, folder, argv) -> argv
    wrap: Callable = lambda setup, folder, argv: argv
    missing: Callable = lambda setup: None  # what is not there, or None
    base: Optional[str] = "plain"  # the tool it is compared with
    slow: bool = False  # microseconds an allocation: measured on smaller inputs
    family: bool = True  # it follows child processes
    memory: int = 0  # bytes of address space it may have, 0 for no limit


@dataclass
class Setup:
    library: str  # libmemprof.so
    memprof: str  # the program


def library(pattern):
    """A shared object of the system, by a pattern of its name."""
    for folder in ("/usr/lib/x86_64-linux-gnu", "/usr/lib64", "/usr/lib", "/usr/local/lib"):
        found = sorted(glob.glob(os.path.join(folder, pattern)))
        if found:
            return found[0]
    return None


HEAPTRACK = library("heaptrack/libheaptrack_preload.so")
TCMALLOC = library("libtcmalloc.so.4")
JEMALLOC = library("libjemalloc.so.2")


def preload(path, **variables):
    return lambda setup, folder: dict({"LD_PRELOAD": path}, **{
        name: value.format(folder=folder) for name, value in variables.items()})


def need(what, path):
    return lambda setup: None if path else what


TOOLS = [
    Tool("plain", "the program alone", base=None),
    Tool("memprof", "libmemprof.so preloaded",
         environment=lambda setup, folder: {
             "LD_PRELOAD": setup.library, "MEMPROF_OUTPUT": folder + "/%e.%p.jsonl"}),
    Tool("memprof-run", "memprof run",
         wrap=lambda setup, folder, argv: [setup.memprof, "run", "--output",
                                           folder + "/%e.%p.jsonl", "--"] + argv),
    Tool("heaptrack-lib", "heaptrack's recorder alone, writing a file",
         environment=preload(HEAPTRACK, DUMP_HEAPTRACK_OUTPUT="{folder}/raw.$$"),
         missing=need("libheaptrack_preload.so", HEAPTRACK), memory=8 << 30),
    # Version 1.4 may take all memory there is.
    Tool("heaptrack", "heaptrack: recorder, interpreter, compressor",
         wrap=lambda setup, folder, argv: ["heaptrack", "-o", folder + "/heaptrack"] + argv,
         missing=need("heaptrack", shutil.which("heaptrack")), family=False, memory=8 << 30),
    Tool("tcmalloc", "gperftools' allocator, nothing recorded",
         environment=preload(TCMALLOC), missing=need("libtcmalloc.so.4", TCMALLOC), slow=True),
    Tool("gperftools", "gperftools' heap profile (HEAPPROFILE)",
         environment=preload(TCMALLOC, HEAPPROFILE="{folder}/heap"),
         missing=need("libtcmalloc.so.4", TCMALLOC), base="tcmalloc", slow=True),
    Tool("jemalloc", "jemalloc, nothing recorded",
         environment=preload(JEMALLOC), missing=need("libjemalloc.so.2", JEMALLOC), slow=True),
    Tool("jemalloc-prof", "jemalloc's profile of every allocation (lg_prof_sample:0)",
         environment=preload(JEMALLOC, MALLOC_CONF="prof:true,lg_prof_sample:0,"
                             "prof_final:true,prof_prefix:{folder}/heap"),
         missing=need("libjemalloc.so.2", JEMALLOC), base="jemalloc", slow=True),
]
DEFAULT = [tool.name for tool in TOOLS if tool.name != "memprof-run"]


def footers(folder):
    """The last line of each memprof trace in a folder; None for one without."""
    result = []
    for path in sorted(glob.glob(os.path.join(folder, "*.jsonl*"))):
        with open(path, "rb") as trace:
            trace.seek(max(0, os.path.getsize(path) - 65536))
            last = trace.read().splitlines()[-1:]
        line = json.loads(last[0]) if last else {}
        result.append(line if line.get("type") == "footer" else None)
    return result

# SPDX-License-Identifier: MIT
"""workloads.py - what is measured: each workload is a command, its input and how
big both are.  Adding a row to WORKLOADS adds a workload."""
import os
import shutil
import socket
import subprocess
import time
from dataclasses import dataclass, field
from typing import Callable, Optional

import inputs


@dataclass
class Workload:
    name: str
    what: str
    command: Callable  # (place) -> argv, or None when a program is missing
    stdin: Optional[Callable] = None  # (place) -> path
    environment: dict = field(default_factory=dict)
    drive: Optional[Callable] = None  # (place) -> None, while the program runs
    per: str = "allocation"  # or "process": then `processes` of them
    processes: int = 1
    slow: bool = False  # a tenth of it is run under tools that take microseconds, too
    family: bool = False  # several processes: not for tools that follow only one


class Missing(Exception):
    """A program that is not installed."""


@dataclass
class Place:
    """Where things are in this run, and how big it shall be."""
    source: str  # tests/bench
    programs: str  # built programs of tests/bench
    data: str  # inputs
    scale: float
    port: int = 0

    def sized(self, n):
        return max(1, int(n * self.scale))

    def own(self, name, *args):
        return [os.path.join(self.programs, name)] + [str(a) for a in args]

    def program(self, name):
        found = shutil.which(name)
        if not found:
            raise Missing(name)
        return found

    def input(self, name, make, n, *args):
        """The path of an input, made when it is not there yet."""
        path = os.path.join(self.data, name)
        if not os.path.exists(path):
            os.makedirs(self.data, exist_ok=True)
            part = path + ".part"
            subprocess.run(["rm", "-rf", part], check=True)
            make(part, self.sized(n), *args)
            os.rename(part, path)
        return path


def python(place):
    # The system's own, not a version manager's launcher.
    program = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else "python3"
    return [place.program(program), "-s", "-B", os.path.join(place.source, "load.py"),
            str(place.sized(35))]


def perl(place):
    return [place.program("perl"), os.path.join(place.source, "load.pl"), str(place.sized(65))]


def sqlite(place):
    return [place.program("sqlite3"), ":memory:"]


def sql_script(place):
    return place.input("script.sql", inputs.sql, 24000)


def jq(place):
    program = place.program("jq")
    return [program, "-c", "group_by(.kind) | map({kind: .[0].kind, n: length, "
            "names: (map(.name | ascii_upcase) | unique), sum: (map(.value) | add)})",
            place.input("records.json", inputs.json, 40000)]


def xmllint(place):
    program = place.program("xmllint")
    return [program, "--noout", place.input("records.xml", inputs.xml, 100000)]


def cc1plus(place):
    compiler = place.program("g++")
    source = place.input("gcc.ii", inputs.preprocessed, 6, compiler)
    found = subprocess.run([compiler, "-print-prog-name=cc1plus"], check=True,
                           capture_output=True, text=True).stdout.strip()
    return [found, "-quiet", "-std=c++17", "-O1", "-fpreprocessed", source, "-o", os.devnull]


def clang(place):
    for name in ("clang++", "clang++-14"):
        if shutil.which(name):
            break
    compiler = place.program(name)
    source = place.input("clang.ii", inputs.preprocessed, 6, compiler)
    return [compiler, "-std=c++17", "-O1", "-w", "-c", "-x", "c++-cpp-output", source,
            "-o", os.devnull]


def git_log(place):
    program = place.program("git")
    return [program, "-C", place.input("repository", inputs.git, 700), "log", "-p", "--no-color"]


def redis(place):
    place.program("redis-benchmark")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        place.port = probe.getsockname()[1]
    return [place.program("redis-server"), "--port", str(place.port), "--bind", "127.0.0.1",
            "--save", "", "--appendonly", "no", "--dir", place.data, "--daemonize", "no"]


def redis_load(place):
    """A fixed number of requests, then the end of the server."""
    until = time.monotonic() + 60
    while True:
        try:
            with socket.create_connection(("127.0.0.1", place.port), timeout=5):
                break
        except OSError:
            if time.monotonic() > until:
                return
            time.sleep(0.02)
    subprocess.run(["redis-benchmark", "-p", str(place.port), "-q", "-P", "16", "-c", "20",
                    "-n", str(place.sized(60000)), "-r", "20000", "-d", "100", "-t",
                    "set,get,lpush,rpop,sadd,hset,zadd"],
                   stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
                   timeout=300)
    try:
        with socket.create_connection(("127.0.0.1", place.port), timeout=5) as connection:
            connection.sendall(b"SHUTDOWN NOSAVE\r\n")
            connection.recv(100)
    except OSError:
        pass


def own(program, *args):
    """A program of ours; callables among the arguments are sizes."""
    return lambda place: place.own(program, *(a(place) if callable(a) else a for a in args))


def size(n):
    return lambda place: place.sized(n)


GIT = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_PAGER": "cat"}

WORKLOADS = [
    Workload("sqlite3", "SQL in memory", sqlite, stdin=sql_script, slow=True),
    Workload("python3", "JSON, objects, strings; PYTHONMALLOC=malloc", python,
             environment={"PYTHONMALLOC": "malloc", "PYTHONHASHSEED": "1"}, slow=True),
    Workload("perl", "words, hashes of arrays", perl, environment={"PERL_HASH_SEED": "1"}),
    Workload("jq", "an array of objects grouped", jq),
    Workload("xmllint", "a document parsed", xmllint),
    Workload("redis", "redis-server under redis-benchmark", redis, drive=redis_load, slow=True),
    Workload("git", "git log -p", git_log, environment=GIT),
    Workload("cc1plus", "gcc's C++ compiler, -O1", cc1plus, slow=True),
    Workload("clang", "clang's C++ compiler, -O1", clang),
    Workload("tight-8", "malloc and free alone, 8 frames deep",
             own("b_tight", size(4e6), 8)),
    Workload("tight-20", "the same, 20 frames", own("b_tight", size(4e6), 20)),
    Workload("tight-50", "the same, 50 frames", own("b_tight", size(4e6), 50)),
    Workload("sites-20", "ten sites in random turn, 20 frames", own("b_sites", size(2e6), 20)),
    Workload("tree", "recursive tree builder", own("b_tree", size(1e6), 20000), slow=True),
    Workload("containers", "containers of the C++ library", own("b_containers", size(70)),
             slow=True),
    Workload("churn", "a million live blocks replaced at random",
             own("b_churn", size(1e6), size(1e6)), slow=True),
    Workload("realloc", "growing buffers", own("b_realloc", size(2e6))),
    Workload("threads-1", "one thread, own frees", own("b_threads", size(3e6), 1)),
    Workload("threads-2", "the same work by two", own("b_threads", size(3e6), 2)),
    Workload("threads-4", "by four", own("b_threads", size(3e6), 4), slow=True),
    Workload("threads-8", "by eight", own("b_threads", size(3e6), 8)),
    Workload("threads-64", "by sixty-four", own("b_threads", size(3e6), 64)),
    Workload("cross-2", "two threads free each other's", own("b_threads", size(2e6), 2, 1)),
    Workload("cross-8", "eight threads, each frees its neighbour's",
             own("b_threads", size(2e6), 8, 1)),
    Workload("cross-64", "sixty-four", own("b_threads", size(2e6), 64, 1)),
    Workload("short-threads", "threads of 20 allocations", own("b_short_threads", size(3000))),
    Workload("start", "a hundred times true", own("b_start", 100), per="process",
             processes=100, family=True),
]

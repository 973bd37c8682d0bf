# SPDX-License-Identifier: MIT
"""measure.py - one program run under one tool: what the program used (by
b_launch, which stands right in front of it) and what all processes of the tool
used together (by wait4)."""
import os
import resource
import shutil
import signal
import subprocess
import tempfile
import threading

import tools

TIMEOUT = 300  # seconds


def limit(tool):
    if tool.memory:
        resource.setrlimit(resource.RLIMIT_AS, (tool.memory, tool.memory))


def folder_size(folder):
    return sum(os.path.getsize(os.path.join(at, name))
               for at, _, names in os.walk(folder) for name in names)


def environment(workload, tool, setup, folder):
    clean = {name: value for name, value in os.environ.items()
             if not name.startswith(("MEMPROF", "LD_", "MALLOC", "GLIBC_TUNABLES", "DEBUGINFOD"))}
    clean["LC_ALL"] = "C.UTF-8"
    clean.update(workload.environment)
    clean.update(tool.environment(setup, folder))
    return clean


def wait(process, workload, place):
    """Status and resources of the process and of all it waited for."""
    def end():
        os.killpg(process.pid, signal.SIGKILL)

    timer = threading.Timer(TIMEOUT, end)
    timer.start()
    try:
        if workload.drive:
            workload.drive(place)
        _, status, used = os.wait4(process.pid, 0)
    except BaseException:
        end()
        os.wait4(process.pid, 0)
        raise
    finally:
        timer.cancel()
    process.returncode = os.waitstatus_to_exitcode(status)
    return process.returncode, used


def run(workload, tool, setup, place):
    """One run as a dict, or {"failed": why}."""
    argv = workload.command(place)
    stdin = workload.stdin(place) if workload.stdin else os.devnull
    scratch = tempfile.mkdtemp(prefix="memprof-bench-")
    folder = os.path.join(scratch, "out")
    report = os.path.join(scratch, "report")
    os.mkdir(folder)
    try:
        argv = tool.wrap(setup, folder, place.own("b_launch", report) + argv)
        with open(stdin, "rb") as source:
            process = subprocess.Popen(
                argv, stdin=source, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
                env=environment(workload, tool, setup, folder), cwd=scratch,
                start_new_session=True, preexec_fn=lambda: limit(tool))
            status, used = wait(process, workload, place)
        if status or not os.path.exists(report):
            return {"failed": "ended with %d" % status}
        with open(report) as lines:
            user, system, wall, peak, faults = (int(word) for word in lines.read().split())
        result = {
            "cpu": used.ru_utime + used.ru_stime, "app_cpu": (user + system) / 1e6,
            "wall": wall / 1e6, "rss": peak * 1024, "faults": faults,
            "output": folder_size(folder),
        }
        if tool.name.startswith("memprof"):
            ends = tools.footers(folder)
            # The launcher of `start` allocates nothing, and is not recorded.
            if not ends or None in ends:
                return {"failed": "a trace without a footer"}
            result["allocations"] = sum(end["allocs"] for end in ends)
            result["lost"] = sum(end["lost"] for end in ends)
            result["truncated"] = sum(end["truncated"] for end in ends)
            result["recorder_bytes"] = max(end.get("recorder", 0) for end in ends)
        return result
    finally:
        shutil.rmtree(scratch, ignore_errors=True)

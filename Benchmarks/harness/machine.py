"""The machine and the versions that the figures belong to."""

from __future__ import annotations

import datetime
import os
import platform
import re
import subprocess
from pathlib import Path

from harness import paths
from harness.servers import with_system_folders


def said(*command: str) -> str:
    """The first line that a command prints; empty when it cannot run."""
    try:
        result = subprocess.run(command, capture_output=True, text=True, timeout=30, env=with_system_folders())
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return next(iter((result.stdout.strip() or result.stderr.strip()).splitlines()), "")


def first_match(path: str, pattern: str) -> str:
    try:
        found = re.search(pattern, Path(path).read_text(), re.MULTILINE)
    except OSError:
        return ""
    return found[1].strip() if found else ""


def machine() -> dict[str, str]:
    memory = int(first_match("/proc/meminfo", r"^MemTotal:\s+(\d+)") or 0)
    load = os.getloadavg()
    changed = bool(said("git", "-C", str(paths.REPOSITORY), "status", "--porcelain", "--untracked-files=no"))
    revision = said("git", "-C", str(paths.REPOSITORY), "rev-parse", "--short", "HEAD")
    processor = first_match("/proc/cpuinfo", r"^model name\s*:\s*(.+)$") or platform.machine()
    system = first_match("/etc/os-release", r'^PRETTY_NAME="?([^"\n]+)')
    return {
        "date": datetime.date.today().isoformat(),
        "processor": f"{processor}, {len(os.sched_getaffinity(0))} cores",
        "memory": f"{memory / 1024 / 1024:.0f} GiB",
        "system": f"{system}, Linux {platform.release()}",
        "load before the start": f"{load[0]:.2f} (1 min), {load[1]:.2f} (5 min)",
        "revision": revision + (" with local changes" if changed else ""),
    }


def versions() -> dict[str, str]:
    requirements = (paths.BENCHMARKS / "requirements.txt").read_text().split()
    found = dict(line.split("==") for line in requirements)
    found["nginx"] = said("nginx", "-v").removeprefix("nginx version: nginx/")
    wrk = re.search(r"wrk (\S+)", said("wrk", "-v"))
    found["wrk"] = wrk[1].removeprefix("debian/") if wrk else ""
    found["hyperfine"] = said("hyperfine", "--version").removeprefix("hyperfine ")
    curl = re.search(r"curl (\S+).*libcurl/(\S+)", said("curl", "--version"))
    found["curl"], found["libcurl"] = (curl[1], curl[2]) if curl else ("", "")
    found["Python"] = said(str(paths.PYTHON), "--version").removeprefix("Python ")
    found["gcc"] = said("gcc", "-dumpfullversion")
    if paths.pipe_binary().exists():
        found["pipe"] = said(str(paths.pipe_binary()), "--version") or "unknown"
    return dict(sorted(found.items(), key=lambda item: item[0].lower()))

"""Installs what is missing, once: system packages, the Python environment, the C programs."""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import Iterable, Iterator

from harness import paths
from harness.servers import with_system_folders

# What must be there, and the Debian package that brings it.
COMMANDS = {
    "nginx": "nginx-light", "wrk": "wrk", "hyperfine": "hyperfine", "gcc": "gcc", "curl": "curl",
    "setpriv": "util-linux", "sqlite3": "sqlite3",
}
PROGRAMS = {"measure": [], "latency": [], "floor": ["-lcurl"]}
REQUIREMENTS = paths.BENCHMARKS / "requirements.txt"


class InstallationFailure(Exception):
    """Something is missing and could not be installed; the message says what to do."""


def run(command: list[str], **options) -> None:
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, **options)
    if result.returncode != 0:
        raise InstallationFailure(f"{' '.join(command)}\n{result.stdout.strip()[-2000:]}")


def compiles(source: str) -> bool:
    command = ["gcc", "-E", "-x", "c", "-", "-o", os.devnull]
    return shutil.which("gcc") is not None and subprocess.run(
        command, input=source, text=True, capture_output=True).returncode == 0


def missing_packages() -> list[str]:
    system = with_system_folders()["PATH"]
    missing = [package for command, package in COMMANDS.items() if shutil.which(command, path=system) is None]
    if not compiles("#include <stdio.h>\n"):
        missing.append("libc6-dev")
    if not compiles("#include <curl/curl.h>\n"):
        missing.append("libcurl4-openssl-dev")
    if not has_venv():
        missing.append("python3-venv")
    return missing


def has_venv() -> bool:
    return subprocess.run([sys.executable, "-c", "import ensurepip, venv"], capture_output=True).returncode == 0


@contextmanager
def without_starting_services(prefix: list[str]) -> Iterator[None]:
    """Debian starts a service when its package is installed, unless this policy says no."""
    policy = Path("/usr/sbin/policy-rc.d")
    if policy.exists():
        yield
        return
    with tempfile.NamedTemporaryFile("w", suffix="policy") as script:
        script.write("#!/bin/sh\nexit 101\n")
        script.flush()
        run([*prefix, "install", "-m", "755", script.name, str(policy)])
    try:
        yield
    finally:
        run([*prefix, "rm", "-f", str(policy)])


def install_packages() -> None:
    missing = missing_packages()
    if not missing:
        return
    if shutil.which("apt-get") is None:
        raise InstallationFailure(f"install these by hand, there is no apt-get: {' '.join(missing)}")
    print(f"installing {' '.join(missing)}", file=sys.stderr)
    prefix = [] if os.geteuid() == 0 else ["sudo", "-n"]
    environment = [*prefix, "env", "DEBIAN_FRONTEND=noninteractive"]
    run([*environment, "apt-get", "update", "-qq"])
    with without_starting_services(prefix):
        run([*environment, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing])


def prepare_environment() -> None:
    """The virtual environment with exactly the requirements, told by a stamp of their hash."""
    stamp = paths.ENVIRONMENT / "requirements.sha256"
    digest = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if stamp.exists() and stamp.read_text() == digest and paths.PYTHON.exists():
        return
    print(f"preparing {paths.ENVIRONMENT.name}", file=sys.stderr)
    if not paths.PYTHON.exists():
        run([sys.executable, "-m", "venv", str(paths.ENVIRONMENT)])
    run([str(paths.PYTHON), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r", str(REQUIREMENTS)])
    stamp.write_text(digest)


def compile_programs(names: Iterable[str] = PROGRAMS) -> None:
    paths.BINARIES.mkdir(parents=True, exist_ok=True)
    for name in names:
        libraries = PROGRAMS[name]
        source, binary = paths.PROGRAMS / f"{name}.c", paths.BINARIES / name
        if binary.exists() and binary.stat().st_mtime > source.stat().st_mtime:
            continue
        run(["gcc", "-O2", "-std=gnu11", "-Wall", "-o", str(binary), str(source), *libraries])


def install() -> None:
    install_packages()
    prepare_environment()
    compile_programs()

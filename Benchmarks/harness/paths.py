"""Where things are: the harness's own files, and the folder it builds in."""

from __future__ import annotations

import os
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parents[2]
BENCHMARKS = REPOSITORY / "Benchmarks"
PROGRAMS = BENCHMARKS / "programs"
SPECS = BENCHMARKS / "specs"
DOCUMENTATION = REPOSITORY / "docs"

BUILD = REPOSITORY / ".build-bench"
BINARIES = BUILD / "bin"
FIXTURE = BUILD / "fixture"
RUNS = BUILD / "runs"
ENVIRONMENT = REPOSITORY / ".venv-bench"
PYTHON = ENVIRONMENT / "bin" / "python"


def pipe_binary() -> Path:
    """The `pipe` under test: $PIPE_BINARY, or the release build of this tree."""
    chosen = os.environ.get("PIPE_BINARY")
    return Path(chosen).resolve() if chosen else REPOSITORY / ".build" / "release" / "pipe"


def shown(text: str) -> str:
    """`text` without this machine's folders, for pages that others read."""
    for folder, name in ((str(RUNS), "$RUNS"), (str(REPOSITORY) + "/", ""), (str(REPOSITORY), ".")):
        text = text.replace(folder, name)
    return text

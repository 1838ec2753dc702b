"""What the harness says while it works, on standard error."""

from __future__ import annotations

import sys
import time

START = time.monotonic()


def say(workload: str, who: str, text: str) -> None:
    print(f"{time.monotonic() - START:6.1f} s  {workload:<9} {who:<14} {text}", file=sys.stderr, flush=True)

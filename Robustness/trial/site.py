"""The practice site, started for one run of ours and ended with it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import time
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

from harness import paths
from harness.servers import ServerFailure, end

READY_WITHIN = 10


def binary() -> Path:
    """$SITE_BINARY, or the release build of this tree."""
    chosen = os.environ.get("SITE_BINARY")
    return Path(chosen).resolve() if chosen else paths.REPOSITORY / ".build" / "release" / "practice-site"


@dataclass(frozen=True)
class Site:
    base: str  # http://127.0.0.1:8080, without a slash at the end
    ports: dict[str, str]  # base URLs of the ports that go wrong

    @property
    def port(self) -> int:
        return int(self.base.rsplit(":", 1)[1])

    def url(self, target: str, host: str | None = None) -> str:
        """The URL of a case: `/path`, `{silent}/path`, a whole URL; `https:` before it asks for TLS."""
        text = target.removeprefix("https:") if not target.startswith("https://") else target
        for name, base in self.ports.items():
            text = text.replace("{" + name + "}", base)
        text = text.replace("{port}", str(self.port))
        if text.startswith("/"):
            text = self.base + text
        if host is not None:
            text = text.replace("//127.0.0.1:", f"//{host}:")
        return text.replace("http://", "https://", 1) if target.startswith("https:") else text

    def raw(self, target: str) -> bytes:
        """Every byte of an answer that ends with its connection."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as connection:
            connection.sendall(f"GET {target} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
            return b"".join(iter(lambda: connection.recv(65536), b""))

    def text(self, target: str) -> str:
        with urllib.request.urlopen(self.base + target, timeout=10) as answer:
            return answer.read().decode()

    def stats(self) -> dict:
        return json.loads(self.text("/stats"))

    def requests(self) -> list[dict]:
        """The requests since the last reset, with their times."""
        return [json.loads(line) for line in self.text("/stats/requests").splitlines()]

    def reset(self) -> None:
        self.text("/stats/reset")


@contextmanager
def practice_site(folder: Path, hosts: list[str] | None = None) -> Iterator[Site]:
    """A site on these loopback addresses; its own default without."""
    folder.mkdir(parents=True, exist_ok=True)
    ready, log = folder / "site-ready", folder / "site-log"
    ready.unlink(missing_ok=True)
    options = [part for host in hosts or [] for part in ("--host", host)]
    if not binary().exists():
        raise ServerFailure(f"there is no release build of the practice site at {binary()}")
    with log.open("w") as output:
        process = subprocess.Popen(
            [str(binary()), "--port", "0", "--ready-file", str(ready), "--exit-with-parent", *options],
            stdin=subprocess.DEVNULL, stdout=output, stderr=output, start_new_session=True)
    try:
        limit = time.monotonic() + READY_WITHIN
        while not ready.exists():
            if process.poll() is not None or time.monotonic() > limit:
                raise ServerFailure(f"the practice site did not start: {log.read_text().strip()}")
            time.sleep(0.02)
        base = ready.read_text().strip().rstrip("/")
        found = Site(base, {})
        yield Site(base, {name: url.rstrip("/") for name, url in json.loads(found.text("/ports")).items()})
    finally:
        end(process)

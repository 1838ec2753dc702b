"""The servers under the contenders: nginx of our own, and the one with latency.

Both listen on free ports of loopback, run in the foreground as our children, and
are ended by their process id. A system-wide nginx is neither used nor touched.
"""

from __future__ import annotations

import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Iterator

from harness import paths

LATENCY_MS = 50

NGINX_CONFIGURATION = """{user}
daemon off;
master_process off;
worker_processes 1;
worker_rlimit_nofile 16384;
pid {folder}/nginx.pid;
error_log {folder}/error.log warn;
events {{ worker_connections 8192; }}
http {{
  access_log off;
  default_type text/html;
  types {{ text/html html; }}
  sendfile on;
  tcp_nopush on;
  keepalive_timeout 75s;
  keepalive_requests 1000000000;
  open_file_cache max=2000 inactive=600s;
  open_file_cache_valid 600s;
  client_body_temp_path {folder}/client_body;
  proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/fastcgi;
  uwsgi_temp_path {folder}/uwsgi;
  scgi_temp_path {folder}/scgi;
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    server_name _;
    root {root};
  }}
}}
"""


class ServerFailure(Exception):
    """A server did not start; the message carries what it said."""


@dataclass(frozen=True)
class Servers:
    """Base URLs, without a slash at the end."""

    plain: str
    latency: str

    def base(self, name: str) -> str:
        return {"plain": self.plain, "latency": self.latency}[name]


def end(process: subprocess.Popen) -> None:
    if process.poll() is not None:
        return
    process.terminate()
    try:
        process.wait(timeout=5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(base: str, process: subprocess.Popen, log: Path, probe: str = "/p/0000.html") -> None:
    limit = time.monotonic() + 10
    while time.monotonic() < limit:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{base}{probe}", timeout=5) as answer:
                if answer.status == 200:
                    return
        except urllib.error.HTTPError as error:
            raise ServerFailure(f"{base} answers {error.code}") from error
        except OSError:
            time.sleep(0.02)
    said = log.read_text(errors="replace").strip() if log.exists() else ""
    raise ServerFailure(f"no answer at {base}: {said}")


@contextmanager
def nginx(root: Path, folder: Path, probe: str = "/p/0000.html") -> Iterator[str]:
    """nginx with one process over `root`; yields its base URL.

    `probe` is a page that is there.
    """
    folder.mkdir(parents=True, exist_ok=True)
    port, log = free_port(), folder / "error.log"
    log.unlink(missing_ok=True)
    configuration = folder / "nginx.conf"
    user = "user root;" if os.geteuid() == 0 else ""
    configuration.write_text(NGINX_CONFIGURATION.format(user=user, folder=folder, port=port, root=root))
    # setpriv: should the harness be killed outright, the kernel ends nginx as well.
    command = ["setpriv", "--pdeathsig", "KILL", "nginx", "-p", str(folder), "-c", str(configuration), "-e", str(log)]
    process = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True, env=with_system_folders())
    try:
        base = f"http://127.0.0.1:{port}"
        wait_for(base, process, log, probe)
        yield base
    finally:
        end(process)


@contextmanager
def latency(root: Path, folder: Path) -> Iterator[str]:
    """The server that answers after LATENCY_MS; yields its base URL."""
    folder.mkdir(parents=True, exist_ok=True)
    log = folder / "latency.log"
    with log.open("w") as errors:
        process = subprocess.Popen(
            [str(paths.BINARIES / "latency"), str(root / "p"), str(LATENCY_MS)],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=errors, text=True, start_new_session=True,
        )
    try:
        assert process.stdout is not None
        port = process.stdout.readline().strip()
        if not port.isdigit():
            raise ServerFailure(f"the latency server did not start: {log.read_text(errors='replace').strip()}")
        base = f"http://127.0.0.1:{port}"
        wait_for(base, process, log)
        yield base
    finally:
        end(process)


@contextmanager
def serving(root: Path, folder: Path) -> Iterator[Servers]:
    with nginx(root, folder) as plain, latency(root, folder) as delayed:
        yield Servers(plain, delayed)


def with_system_folders() -> dict[str, str]:
    """The environment with the folders of system programs on PATH: nginx lives there on Debian."""
    environment = dict(os.environ)
    environment["PATH"] = environment.get("PATH", "") + ":/usr/sbin:/sbin"
    return environment

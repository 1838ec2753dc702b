"""pipe itself, with a spec written for each kind of work."""

from __future__ import annotations

import contextlib
import shlex
import sqlite3
from pathlib import Path

from harness import checks, paths
from harness.contender import CSS, FULL, ITEMS, LINKS, TITLE, Contender, Finished, Job, Verdict

EXTRACT = {
    TITLE: "{url: url, title: title, status: status, length: length}",
    LINKS: "{url: url, title: title, status: status, length: length, links: links}",
    CSS: "{url: url, status: status, heading: {css: h1}, author: {css: .byline .author}, "
    "section: {css: .byline .section}}",
    ITEMS: "{url: url, id: {css: ':scope', attribute: data-id}, name: {css: .name}, "
    "href: {css: .name a, attribute: href}, price: {css: .price b, as: number}, stock: {css: .stock}, "
    "rating: {css: .stars, attribute: data-stars}}",
}

SPEC = """version: 1
name: bench-{work}
sources: [{{file: {urls}}}]
fetch:
  concurrency: {concurrency}
  per_host: {{concurrency: {concurrency}}}
  timeout: 60s
  allow_private: [127.0.0.1]
extract: {extract}
sinks: [{{csv: {sink}}}]
"""
NO_JOURNAL = "journal: off\n"


def write_spec(job: Job) -> str:
    # A list in one CSV field is joined by spaces here, as the other contenders do.
    sink = f'{{path: {job.output}, list_join: " "}}' if job.work == LINKS else str(job.output)
    spec = SPEC.format(
        work=job.work, urls=job.urls, concurrency=job.concurrency, extract=EXTRACT[job.work], sink=sink)
    return spec + "each: {css: .product}\n" if job.work == ITEMS else spec


def command(job: Job, more: str = "") -> list[str]:
    spec = job.folder / "spec.yaml"
    spec.write_text(write_spec(job) + more)
    return [str(paths.pipe_binary()), "run", str(spec), "--progress", "none"]


def command_without_journal(job: Job) -> list[str]:
    return command(job, NO_JOURNAL)


def command_into_sqlite(job: Job) -> list[str]:
    spec = job.folder / "spec.yaml"
    spec.write_text(write_spec(job).replace(f"{{csv: {job.output}}}", f"{{sqlite: {{path: {database(job)}, table: pages}}}}"))
    return [str(paths.pipe_binary()), "run", str(spec), "--progress", "none"]


def command_with_import(job: Job) -> list[str]:
    """What a person does without a sink for it: a file first, then the database's own tool."""
    run = shlex.join(command(job))
    definition = "CREATE TABLE pages (url TEXT, title TEXT, status INTEGER, length INTEGER, error TEXT)"
    load = shlex.join(["sqlite3", str(database(job)), definition, f".import --csv --skip 1 {job.output} pages"])
    return ["sh", "-c", f"{run} && {load}"]


def database(job: Job) -> Path:
    return job.folder / "out.db"


def check_database(job: Job, finished: Finished) -> Verdict:
    reasons = checks.failed_process(finished)
    if reasons:
        return 0, reasons
    with contextlib.closing(sqlite3.connect(database(job))) as connection:
        rows = connection.execute("SELECT url, title, status, length FROM pages")
        names = [column[0] for column in rows.description]
        return checks.check_rows(job, ({name: str(value) for name, value in zip(names, row)} for row in rows))


def check(job: Job, finished: Finished) -> Verdict:
    return checks.check_csv(job, finished, checks.COLUMNS[job.work])


def absence() -> str | None:
    return None if paths.pipe_binary().exists() else "there is no release build of pipe"


def refusal(finished: Finished) -> str | None:
    """Exit 2 means that the spec is invalid: it asks for something that this pipe does not have."""
    if finished.exit_code != 2:
        return None
    said = next((line for line in finished.errors.splitlines() if "error[" in line), finished.errors.strip()[:200])
    return f"pipe says {said.rsplit('/', 1)[-1]!r}"


CONTENDERS = [
    Contender("pipe", "pipe", FULL, {TITLE: 45, LINKS: 90, CSS: 200, ITEMS: 700}, command, check,
              absence=absence, refusal=refusal),
    Contender("pipe-off", "pipe with journal: off", FULL, {TITLE: 45}, command_without_journal, check,
              absence=absence, refusal=refusal, is_variant=True),
    Contender("pipe-sqlite", "pipe into SQLite", FULL, {TITLE: 50}, command_into_sqlite, check_database,
              absence=absence, refusal=refusal, is_variant=True),
    Contender("pipe-import", "pipe into CSV, then .import by sqlite3", FULL, {TITLE: 50}, command_with_import,
              check_database, absence=absence, refusal=refusal, is_variant=True),
]

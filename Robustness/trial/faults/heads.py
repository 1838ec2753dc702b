"""Heads that are broken, endless, or on the edge of what RFC 9112 allows."""

from trial.fault import Case, Group, Page, fails, fault, passes

PAGE = Page(200, "A page under a strange head", 175)


def status_line(kind: str, text: str, right: bool = False) -> tuple[str, str, Case]:
    target = f"/broken/status-line?kind={kind}"
    return f"status-{kind}", f"status line `{text}`", passes(target, PAGE) if right else fails(target, "protocol")


def header_line(kind: str, text: str, right: bool = True) -> tuple[str, str, Case]:
    target = f"/broken/header-line?kind={kind}"
    case = passes(target, PAGE) if right else fails(target, "protocol", right=(PAGE,))
    return f"header-{kind}", text, case


def group(_) -> Group:
    lines = [
        status_line("word", "HTTP/1.1 abc OK"), status_line("short", "HTTP/1.1 20 OK"),
        status_line("long", "HTTP/1.1 2000 OK"), status_line("negative", "HTTP/1.1 -200 OK"),
        status_line("zero", "HTTP/1.1 000 Nothing"), status_line("none", "HTTP/1.1"),
        ("status-version", "status line `HTTP/9.9 200 OK`",
         fails("/broken/status-line?kind=version", "protocol", right=(PAGE,))),
        ("status-icy", "status line `ICY 200 OK`", fails("/broken/status-line?kind=icy", "protocol", right=(PAGE,))),
        ("status-empty", "an empty line before the status line",
         fails("/broken/status-line?kind=empty-line-first", "protocol", right=(PAGE,))),
        ("status-small-letters", "status line `http/1.1 200 OK`",
         fails("/broken/status-line?kind=small-letters", "protocol", right=(PAGE,))),
        status_line("spaces", "HTTP/1.1   200   OK", right=True), status_line("no-reason", "HTTP/1.1 200", right=True),
        header_line("folded", "an obsolete line folding"), header_line("bare-lf", "line feeds alone"),
        header_line("bare-cr", "`Content-Length` behind a bare carriage return"),
        header_line("no-name", "a field without a name"),
        header_line("space-before-colon", "a space before the colon"), header_line("control", "control characters"),
        header_line("latin1", "a byte above ASCII"), header_line("many", "500 fields"),
        header_line("no-colon", "a line without a colon", right=False),
        header_line("space-first", "a space before the first field", right=False),
        header_line("nul-in-name", "a NUL in a field's name", right=False),
        ("nul", "a NUL in a field's value", fails("/broken/nul-in-header", "protocol", right=(PAGE,))),
    ]
    return Group("Heads", "The page beneath is whole: a row that has it is right where the standard allows to read it.", [
        *(fault(name, title, case) for name, title, case in lines),
        fault("close-in-head", "closed within the head", fails("/broken/close-in-head", "connection")),
        fault("reset-in-head", "reset within the head", fails("/broken/close-in-head?reset", "connection")),
        fault("stall-in-head", "silence within the head",
              fails("/broken/close-in-head?stall", "timeout", "no answer within 2s", waits=True)),
        fault("drip-head", "a head byte by byte, over 10 s",
              fails("/broken/drip-head?seconds=10", "timeout", "no answer within 2s", waits=True)),
        fault("slow-head", "a head byte by byte, over 1 s", passes("/broken/drip-head?seconds=1", PAGE, may_fail=False)),
        fault("endless-headers", "64 MB of headers", fails("/broken/endless-headers", "protocol")),
        fault("endless-status", "64 MB of status line",
              fails("/broken/endless-line?kind=status", "protocol")),
        fault("endless-header", "64 MB of one header line",
              fails("/broken/endless-line?kind=header", "protocol")),
        fault("interim", "three informational answers first", passes("/broken/interim?count=3", PAGE, may_fail=False)),
        fault("interim-flood", "a million informational answers",
              fails("/broken/interim?count=1000000", "protocol", right=(PAGE,))),
        fault("switching", "101 Switching Protocols, unasked",
              fails("/broken/interim?count=1&code=101", "protocol")),
        fault("two-lengths", "two lengths that contradict each other", fails("/broken/two-content-lengths", "protocol")),
    ])

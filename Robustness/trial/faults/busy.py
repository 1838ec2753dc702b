"""Trouble that passes: hosts that ask to be left alone, and requests that fail at first. Tried up to five times."""

from trial.fault import Case, Fault, Group, Page, fault, passes

ATTEMPTS, SEVERAL = 5, 6


def flaky(name: str, title: str, query: str, *honest: Page, takes: float = 3) -> Fault:
    """A page that fails twice; a row that says how is true as well."""
    case = passes(f"/flaky/7?times=2&key={name}-{{who}}&{query}", Page(200, "Flaky 7"), *honest)
    return fault(f"flaky-{name}", title, case, attempts=ATTEMPTS, takes=takes)


def several(target: str, title: str) -> tuple[Case, ...]:
    return tuple(passes(f"{target}&n={number}", Page(200, title), Page(429), Page(503)) for number in range(SEVERAL))


def touchy(name: str, title: str, query: str, takes: float = 8) -> Fault:
    return fault(f"touchy-{name}", title, *several(f"/touchy?key={name}-{{who}}&{query}", "Left alone"),
                 attempts=ATTEMPTS, takes=takes)


def refusing(name: str, text: str) -> Fault:
    """A refusal for good, with a Retry-After that is none, is long gone, or is beyond all reason."""
    case = passes(f"/status/503?retry_after={text}", Page(503))
    return fault(f"retry-after-{name}", f"503 with `Retry-After: {text.replace('%20', ' ')}`", case, attempts=1)


def group(_) -> Group:
    return Group("Busy hosts", "`/touchy` answers once it was left alone for the time that it asks for, so a right row "
                 "proves that it was. Requests may be tried five times here; the tutorial script tries once, and a row "
                 "with the status that came is right as well.", [
        flaky("503", "503 twice, then a page", "status=503", Page(503)),
        flaky("429", "429 twice, then a page", "status=429", Page(429)),
        flaky("408", "408 twice, then a page", "status=408", Page(408)),
        flaky("close", "closed twice, then a page", "fault=close"),
        flaky("reset", "reset twice, then a page", "fault=reset"),
        flaky("silence", "silence twice, then a page", "fault=silence", takes=8),
        touchy("seconds", "429 and `Retry-After` in seconds, until left alone for 2 s", "seconds=2&retry_after=2"),
        touchy("date", "429 and `Retry-After` as a date, until left alone for 2 s",
               "seconds=2&retry_after=2&form=date"),
        touchy("503", "503 and `Retry-After`, until left alone for 2 s", "seconds=2&retry_after=2&status=503"),
        fault("burst", "429 beyond two requests a second, with `Retry-After: 1`",
              *several("/limited?per_second=2&retry_after=1&key={who}", "Within the limit"), attempts=ATTEMPTS, takes=20),
        refusing("word", "soon"), refusing("negative", "-1"), refusing("huge", "99999999999999999999"),
        refusing("past", "Sun,%2006%20Nov%201994%2008:49:37%20GMT"),
        refusing("far", "Fri,%2031%20Dec%209999%2023:59:59%20GMT"), refusing("two-digits", "Sunday,%2006-Nov-94"),
    ])

"""Redirects without end, to nowhere, and to where nobody may be sent."""

from urllib.parse import quote

from trial.fault import Case, Fault, Group, Page, fails, fault, passes

PAGE = Page(200, "The quiet harbour, page 1")
ITSELF = Page(302, "302 Found")  # the redirect, taken for the answer


def to(name: str, url: str, title: str) -> Fault:
    """A redirect that must not be followed."""
    target = f"/redirect-to?url={quote(url, safe='{}')}"
    return fault(f"to-{name}", title, fails(target, "forbidden", right=(Page(302),)), unlike="follows it")


def location(kind: str, title: str, case: Case, **options) -> Fault:
    return fault(f"location-{kind}", title, case, **options)


def bad(kind: str) -> str:
    return f"/broken/bad-location?kind={kind}"


def group(_) -> Group:
    elsewhere = "a redirect to {} while only 127.0.0.1 is allowed"
    return Group("Redirects", "pipe is allowed to connect to 127.0.0.1 and nowhere else on this machine; the others "
                 "know no such rule.", [
        fault("chain", "three redirects", passes("/redirect/3", PAGE, may_fail=False)),
        fault("hops", "100 redirects", fails("/redirect/100", "redirects", "more than 10 .*", right=(PAGE, ITSELF))),
        fault("loop", "a redirect to itself", fails("/redirect-loop", "redirects", "more than 10 .*", right=(ITSELF,))),
        fault("onward", "redirects without end, each to another URL",
              fails("/redirect-on/1", "redirects", "more than 10 .*", right=(ITSELF,))),
        fault("to-file", "a redirect to `file:`",
              fails("/broken/redirect-to-file", "forbidden", right=(ITSELF,)), unlike="follows it"),
        to("ftp", "ftp://127.0.0.1/", "a redirect to `ftp:`"), to("data", "data:,x", "a redirect to `data:`"),
        to("other", "http://127.0.0.2:{port}/", elsewhere.format("127.0.0.2")),
        to("number", "http://2130706434:{port}/", elsewhere.format("2130706434, which is 127.0.0.2")),
        to("mapped", "http://[::ffff:127.0.0.2]:{port}/", elsewhere.format("::ffff:127.0.0.2")),
        to("unspecified", "http://0.0.0.0:{port}/", elsewhere.format("0.0.0.0")),
        to("relative", "//127.0.0.2:{port}/", elsewhere.format("//127.0.0.2")),
        location("none", "no `Location`", passes(bad("none"), ITSELF)),
        location("empty", "an empty `Location`", fails(bad("empty"), "redirects", right=(ITSELF,))),
        location("invalid", "`Location: http://[/`", fails(bad("invalid"), "bad-url", right=(ITSELF,))),
        location("no-host", "`Location: http://`", fails(bad("no-host"), "bad-url", right=(ITSELF,))),
        location("port", "`Location` with port 99999", fails(bad("port"), "bad-url", right=(ITSELF,))),
        location("nul", "`Location` with a NUL", fails(bad("nul"), "protocol", right=(ITSELF, Page(200)))),
        location("long", "`Location` of 50,000 bytes", passes(bad("long"), Page(404), Page(414), ITSELF)),
        location("two", "two `Location`s",
                 fails(bad("two"), "protocol", right=(ITSELF,))),
    ])

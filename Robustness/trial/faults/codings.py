"""Content codings that are broken, untrue, or out of proportion."""

from trial.fault import Fault, Group, Page, cut, fails, fault, passes

HTML = Page(200, "A page that breaks off", 165)
NOTHING = Page(200, None, 0)


def named(name: str) -> Fault:
    """A plain page under a coding: who reads it all the same has the right page."""
    target = f"/broken/wrong-coding?named={name}"
    if name in ("x-unknown", "UTF-8"):
        case = passes(target, HTML)
    elif name == "compress":
        case = fails(target, "body", ".*cannot be undone", kept=HTML, truncated=False, right=(HTML,))
    else:
        case = fails(target, "body", kept=NOTHING, right=(HTML,))
    return fault(f"named-{name.lower()}", f"a plain page under `Content-Encoding: {name}`", case)


def zstd(name: str, title: str, query: str, *, read: bool = True) -> Fault:
    """Pages in zstd, two at once, so that a decoder serves one after the other."""
    page = Page(200, "A page in zstd")
    targets = [f"/zstd?{query}&n={number}" for number in range(8)]
    return fault(f"zstd-{name}", title, *(
        passes(target, page, may_fail=False) if read else
        fails(target, "body", ".*a window of more than 8 MiB", kept=NOTHING, right=(page,)) for target in targets),
        concurrency=2)


def layers(count: int, *, read: bool) -> Fault:
    target = f"/broken/many-codings?count={count}"
    case = passes(target, HTML) if read else fails(target, "body", kept=Page(200), truncated=False, right=(HTML,))
    return fault(f"layers-{count}", f"a page in gzip {count} times over", case)


def group(_) -> Group:
    return Group("Codings", "", [
        fault("bomb", "a gzip of 10 GB in 63 MB", cut("/broken/gzip-bomb?mb=10000")),
        fault("gzip-cut", "a gzip without its end, whole by its length",
              fails("/broken/bad-gzip?kind=cut", "body", kept=Page(200, HTML.title, 153))),
        fault("gzip-header", "the header of a gzip alone",
              fails("/broken/bad-gzip?kind=header", "body", kept=NOTHING)),
        fault("gzip-empty", "no byte of a gzip", passes("/broken/bad-gzip?kind=empty", NOTHING)),
        fault("gzip-garbage", "a gzip of garbage", fails("/broken/bad-gzip?kind=garbage", "body", kept=NOTHING)),
        fault("gzip-crc", "a gzip whose checksum is wrong", fails("/broken/bad-gzip?kind=crc", "body", kept=HTML)),
        fault("gzip-trailing", "bytes behind a gzip",
              passes("/broken/bad-gzip?kind=trailing", HTML)),
        fault("gzip-members", "two gzip members", passes("/broken/bad-gzip?kind=members", Page(200, HTML.title, 190))),
        *(named(name) for name in ("gzip", "deflate", "br", "zstd", "compress", "x-unknown", "UTF-8")),
        zstd("3", "pages in zstd at level 3, a window of 2 MiB", "level=3"),
        zstd("19", "pages in zstd at level 19, a window of 8 MiB", "level=19"),
        zstd("long", "pages in zstd with `--long`, a window of 128 MiB (RFC 9659 allows 8 MiB)", "level=3&window=27",
             read=False),
        fault("unnamed", "a gzip that nobody names", passes("/broken/unnamed-gzip", Page(200, None, 188))),
        layers(2, read=True), layers(5, read=True), layers(6, read=False), layers(100, read=False),
    ])

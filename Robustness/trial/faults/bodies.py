"""Bodies that end too early, too late or never, and framings that lie."""

from trial.fault import Fault, Group, Page, cut, fails, fault, passes

HTML = Page(200, "A page that breaks off", 165)


def length(name: str, value: str, code: str | None, kept: Page | None = None) -> Fault:
    target = f"/broken/bad-length?value={value.replace('+', '%2B').replace(' ', '%20')}"
    case = fails(target, code, kept=kept) if code else passes(target, kept)
    return fault(f"length-{name}", f"`Content-Length: {value}` over 165 bytes", case)


def chunk(kind: str, title: str, bytes_kept: int, code: str = "body", known: str = "") -> Fault:
    kept = Page(200, HTML.title, bytes_kept)
    return fault(f"chunk-{kind}", title, fails(f"/broken/bad-chunk?kind={kind}", code, kept=kept), known=known)


def coding(name: str, value: str, *right: Page, error: bool = False) -> Fault:
    target = f"/broken/transfer-encoding?value={value.replace(' ', '%20')}"
    case = fails(target, "body|protocol", kept=Page(200, None, 0), right=right) if error else passes(target, *right)
    return fault(f"transfer-{name}", f"`Transfer-Encoding: {value}` over chunks", case)


RAW = Page(200, HTML.title, 176)  # the chunks as they stand


def group(_) -> Group:
    after_page = "behind a chunk that is right"
    return Group("Bodies and their framing", "What came before the fault may be kept, where the row says that it is "
                 "not all.", [
        fault("partial", "half of the body that Content-Length tells",
              fails("/broken/close-in-body", "body", ".*165 bytes", kept=HTML)),
        fault("partial-reset", "the same, reset", fails("/broken/close-in-body?reset", "body", kept=HTML, flushes=True)),
        fault("partial-stall", "the same, then silence",
              fails("/broken/close-in-body?stall", "timeout", "not complete within 2s", kept=HTML, waits=True)),
        fault("drip", "a body in pieces, over 10 s",
              fails("/drip?bytes=100&seconds=10", "timeout", "not complete within 2s", kept=Page(200), waits=True)),
        fault("longer", "more body than Content-Length tells", passes("/broken/wrong-content-length-short", HTML)),
        fault("endless", "a body without end", cut("/broken/endless-body?mb=100000")),
        fault("tiny-chunks", "300,000 chunks of one byte",
              passes("/broken/tiny-chunks?count=300000", Page(200, None, 300_000), may_fail=False),
              takes=5),
        length("negative", "-1", "protocol"), length("empty", "", "protocol"), length("word", "abc", "protocol"),
        length("plus", "+5", "protocol"), length("hex", "0x10", "protocol"), length("float", "1e3", "protocol"),
        length("spaces", "10 10", "protocol"), length("list", "5,6", "protocol"),
        length("same", "5,5", None, Page(200, None, 5)), length("overflow", "99999999999999999999999", "protocol"),
        length("huge", "9223372036854775807", "body", HTML),
        fault("length-and-chunks", "`Content-Length: 5` beside chunks", passes("/broken/length-and-chunks", HTML)),
        coding("unknown", "x-unknown", HTML, RAW, error=True), coding("gzip", "gzip, chunked", error=True),
        coding("parameter", "chunked;a=b", HTML, error=True), coding("twice", "chunked, chunked", HTML),
        coding("capital", "Chunked", HTML), coding("identity", "identity", RAW, HTML), coding("empty", "", RAW, HTML),
        fault("no-last-chunk", "chunks without the last one", fails("/broken/no-last-chunk", "body", kept=HTML)),
        chunk("word", f"chunk size `zz` {after_page}", 165), chunk("negative", f"chunk size `-5` {after_page}", 165),
        chunk("empty", f"no chunk size {after_page}", 165),
        chunk("huge", f"chunk size `7fffffffffffffff` {after_page}", 177),
        chunk("overflow", f"chunk size `ffffffffffffffff5` {after_page}", 165),
        fault("chunk-zeros", f"chunk size of 5,000 zeros and a 5 {after_page}",
              fails("/broken/bad-chunk?kind=zeros", "body", kept=HTML, right=(Page(200, HTML.title, 170),))),
        fault("chunk-prefix", f"chunk size `0x5` {after_page}", fails("/broken/bad-chunk?kind=prefix", "protocol|body")),
        chunk("too-long", f"a chunk that is shorter than its size {after_page}", 171,
              known="libcurl takes a line feed alone for the end of a chunk"),
        chunk("too-short", f"a chunk that is longer than its size {after_page}", 169),
        fault("endless-extension", "64 MB of chunk extension",
              fails("/broken/endless-extension", "body|protocol", kept=Page(200, None, 0))),
        fault("endless-trailers", "64 MB of trailer fields", fails("/broken/endless-trailers", "protocol")),
    ])

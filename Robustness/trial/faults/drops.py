"""An answer that is cut off after each of its bytes, in each way in which a connection ends."""

from dataclasses import replace

from trial.fault import Case, Fault, Group, Page, fails, fault, passes

HTML = Page(200, "A page that breaks off", 165)
# What stands before the content: the first chunk's size line; the gzip header and that of its stored block.
BEFORE = {"length": 0, "chunked": 4, "gzip": 15, "close": 0}
TITLE_END = 133  # bytes of the page through </title>


def case(form: str, ending: str, count: int, head: int, whole: int) -> Case:
    target = f"/broken/drop-at/{count}?form={form}" + (f"&{ending}" if ending != "close" else "")
    if count < head:
        if ending == "stall":
            return fails(target, "timeout", "no answer within 2s", waits=True)
        return fails(target, "connection")
    kept = min(max(0, count - head - BEFORE[form]), HTML.length)
    page = Page(200, HTML.title if kept >= TITLE_END else None, kept)
    if ending == "stall":
        return fails(target, "timeout", "not complete within 2s", kept=page, waits=True)
    # Where the connection's end is the content's, an orderly one is no error.
    if form == "close" and ending == "close":
        return passes(target, page)
    # Of chunks, all but the very last line feed has come.
    if form == "chunked" and ending == "close" and count == whole - 1:
        return passes(target, HTML)
    if count >= whole and form != "close":
        whole_page = passes(target, HTML, may_fail=ending != "close")
        return replace(whole_page, pipe=replace(whole_page.pipe, flushes=ending == "reset"))
    return fails(target, "body", kept=page, flushes=ending == "reset")


def drops(site, form: str, ending: str, title: str) -> Fault:
    answer = site.raw(f"/broken/drop-at/1000000?form={form}")
    whole, head = len(answer), answer.index(b"\r\n\r\n") + 4
    counts = range(whole + 1) if ending != "stall" else [0, 1, head // 2, head - 1, head, head + 1, whole - 1]
    cases = (case(form, ending, count, head, whole) for count in counts)
    return fault(f"drop-{form}-{ending}", title, *cases)


def group(site) -> Group:
    forms = {"length": "with a length", "chunked": "in a chunk", "gzip": "in gzip"}
    endings = {"close": "closed", "reset": "reset", "stall": "silent"}
    faults = [
        drops(site, form, ending, f"an answer {how}, {what} after each byte" if ending != "stall" else
              f"an answer {how}, silent after its byte 0, 1, …")
        for form, how in forms.items() for ending, what in endings.items()
    ]
    faults.append(drops(site, "close", "close", "an answer that the connection ends, closed after each byte"))
    faults.append(drops(site, "close", "reset", "an answer that the connection ends, reset after each byte"))
    return Group("Cut off at each byte", "Head and body of a small page, a request for each position; a body that is "
                 "ended by the connection can be cut off without anybody noticing.", faults)

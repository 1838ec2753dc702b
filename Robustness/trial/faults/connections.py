"""What one answer on a kept connection does to the next URL, which is innocent. One request at a time."""

from trial.fault import Case, Expected, Fault, Group, Page, fails, fault, passes

ASKED = Page(200, "What was asked for", 157)
DROPPED = Page(200, "A page that breaks off", 165)
STRANGE = Page(200, "A page under a strange head", 175)
SILENCE = Expected("timeout", "no answer within 2s", waits=True)
ROUNDS, NEXT = 4, 3


def innocent(number: int) -> Case:
    """A URL that has done nothing."""
    return passes(f"/get?num={number}", Page(200, f"Number {number}"), may_fail=False)


def rounds(name: str, title: str, culprit: str, gap: float = 0) -> Fault:
    """Some rounds of a culprit and the URLs after it."""
    cases: list[Case] = []
    for number in range(ROUNDS):
        cases.append(passes(f"{culprit}&round={number}", ASKED, may_fail=False))
        cases += [innocent(10 * number + place) for place in range(1, NEXT + 1)]
    return fault(name, title, *cases, concurrency=1, gap=gap)


def meanwhile() -> Fault:
    """What is left of a page comes when the next URL is asked for already, and its answer takes a moment."""
    cases: list[Case] = []
    for number in range(ROUNDS):
        cases.append(passes(f"/broken/unasked-answer?after=50&what=tail&round={number}", ASKED, may_fail=False))
        cases.append(passes(f"/delay/0.2{number}", Page(200, f"Waited 0.2{number} seconds"), may_fail=False))
        cases += [innocent(10 * number + place) for place in range(1, NEXT + 1)]
    return fault("tail-meanwhile", "more of the page than was told, while the next one is waited for", *cases,
                 concurrency=1)


def group(_) -> Group:
    unasked = "/broken/unasked-answer?after={}&what={}"
    return Group("Kept connections", "A connection is used for one URL after the other. What is wrong with one answer "
                 "must not come out at another URL. Where it takes a pause to see it, who cannot wait between two "
                 "requests takes no part.", [
        rounds("unasked-at-once", "a second answer, together with the first", unasked.format(0, "answer")),
        rounds("unasked-later", "a second answer, after 20 ms", unasked.format(20, "answer"), 0.1),
        rounds("tail-at-once", "more of the page than was told, together with it", unasked.format(0, "tail")),
        rounds("tail-later", "more of the page than was told, after 20 ms", unasked.format(20, "tail"), 0.1),
        meanwhile(),
        fault("closes-the-next", "a close instead of an answer, for the next request alone",
              passes("/get?num=9", Page(200, "Number 9")), fails("/broken/close-before-head", "connection"),
              innocent(1), concurrency=1),
        fault("handle-reused", "a space before the first field, in an answer that is not the first",
              passes("/page/1", Page(200)),
              fails("/broken/header-line?kind=space-first", "protocol", right=(STRANGE,)), innocent(1),
              concurrency=1),
        fault("reset-when-idle", "a reset behind a whole answer",
              passes("/broken/drop-at/1000?form=length&reset", DROPPED), innocent(1), innocent(2), concurrency=1,
              gap=0.1),
        fault("close-when-idle", "a close behind a whole answer",
              passes("/broken/drop-at/1000?form=length", DROPPED), innocent(1), innocent(2), concurrency=1, gap=0.1),
        fault("silent-when-idle", "silence behind a whole answer, for the next request too",
              passes("/broken/drop-at/1000?form=length&stall", DROPPED),
              Case("/get?num=1", SILENCE, (Page(200, "Number 1"),)), innocent(2), concurrency=1, gap=0.1),
    ])

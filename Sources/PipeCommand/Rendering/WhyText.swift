import PipeEngine
import PipeSpec
import PipeText
import PipeWeb

/// What became of a URL, in words.
enum WhyText {
  static func render(_ url: WebURL, _ answers: [WhyAnswer], folder: String) -> String {
    var lines = [answers.shown(url.redacted)]
    for answer in answers { lines += self.lines(answer, folder: folder) }
    if answers.isEmpty {
      lines.append("  no pipeline has a journal in \(folder); pipe why URL SPEC asks a spec")
    }
    return lines.map { PathText.shown($0) }.joined(separator: "\n")
  }

  private static func lines(_ answer: WhyAnswer, folder: String) -> [String] {
    var lines: [String] = []
    if let run = answer.run {
      let state = run.unfinished.map { "not finished, \($0.text)" } ?? "finished"
      lines.append("  run \(run.run) of \(run.pipeline), begun \(Moment.text(run.began)), \(state)")
      if run.requests.isEmpty {
        lines.append(
          run.unfinished == nil ? "    has no request for it" : "    has no request for it that is done")
      }
      for request in run.requests { lines += self.lines(request, answer) }
    } else if answer.plan != nil {
      lines.append("  no run of it has a journal in \(folder)")
    }
    if let crawl = answer.crawl { lines.append("    the crawl \(answer.mask.words(crawl.text))") }
    if let spec = answer.spec { lines += self.lines(spec, answer) }
    return lines
  }

  private static func lines(_ request: RequestStory, _ answer: WhyAnswer) -> [String] {
    let redirected = request.isRedirected ? ", which was redirected to it" : ""
    var lines = [
      "    request \((request.ordinal + 1).grouped) of \(answer.name(ofSource: request.source))\(redirected)"
    ]
    for (index, attempt) in request.attempts.enumerated() {
      let outcome = attempt.status.map { "answered with \($0)" } ?? "failed: \(answer.mask.words(attempt.error ?? ""))"
      lines.append(
        "      \(Moment.exact(attempt.start))  attempt \(index + 1) \(outcome), after"
          + " \(attempt.elapsed < 1000 ? "\(attempt.elapsed) ms" : Duration.milliseconds(attempt.elapsed).short)")
    }
    if request.attempts.isEmpty { lines.append("      was never sent") }
    for redirect in request.redirects {
      lines.append("      redirected by \(redirect.status) to \(answer.mask.value(redirect.url))")
    }
    if request.bytes > 0 {
      lines.append("      \(request.bytes.grouped) byte\(request.bytes == 1 ? "" : "s") of content")
    }
    if let error = request.error {
      lines.append("      its record \(request.isRetried ? "had" : "has") the error \(answer.mask.words(error))")
    }
    if request.isRetried {
      lines.append("      fetched again later, since it had failed; its row was replaced")
      return lines
    }
    let rows = request.rows.enumerated().map { sink, count in
      "\(count == 0 ? "no row" : count == 1 ? "1 row" : "\(count.grouped) rows") in \(answer.name(ofSink: sink))"
    }
    lines.append("      " + (rows.isEmpty ? "no row" : rows.joined(separator: ", ")))
    return lines
  }

  private static func lines(_ spec: URLAnswer, _ answer: WhyAnswer) -> [String] {
    let file = answer.file ?? "the spec"
    var lines = spec.places.map { place in
      "  request \((place.ordinal + 1).grouped) of \(answer.name(ofSource: place.source)) asks for it"
    }
    if !spec.places.isEmpty { return lines }
    lines.append(
      spec.unasked.isEmpty
        ? "  no source of \(file) has it, among \(spec.count.grouped) request\(spec.count == 1 ? "" : "s")"
        : "  whether a source has it shows in a run only: \(spec.unasked.map(answer.name(ofSource:)).joined(separator: ", "))"
    )
    if let near = spec.near {
      lines.append(
        "  request \((near.place.ordinal + 1).grouped) of \(answer.name(ofSource: near.place.source)) is nearly the same:"
          + " \(answer.mask.value(near.url))")
    }
    guard spec.isOfCrawl, let crawl = answer.plan?.crawl else { return lines }
    if spec.drops.isEmpty {
      let links = "within \(crawl.depth) link\(crawl.depth == 1 ? "" : "s") of a source"
      lines.append(
        spec.isScopeUnknown
          ? "  no rule on URLs drops it; whether it is in scope (\(crawl.scope.rawValue)) depends on these sources"
          : crawl.depth == 0
            ? "  the crawl follows no links (depth: 0), so it is not fetched"
            : "  no rule of the crawl drops it: it is fetched if a page links to it \(links), unless robots.txt or the"
              + " traps keep it out")
    } else {
      lines.append("  a link to it is not followed:")
      for drop in spec.drops {
        lines.append(
          "    " + answer.mask.words(drop.reason) + (drop.pattern.map { " matches: \(answer.mask.value($0))" } ?? ""))
      }
    }
    return lines
  }
}

extension [WhyAnswer] {
  /// A URL as it may be shown: none of the specs' secrets is in it.
  fileprivate func shown(_ url: String) -> String { reduce(url) { $1.mask.value($0) } }
}

/// What became of a URL, for programs.
enum WhyJSON {
  static func render(_ url: WebURL, _ answers: [WhyAnswer]) -> JSONText {
    [
      "url": .string(answers.shown(url.hrefWithoutUserinfo)), "known": .bool(answers.contains(where: \.isKnown)),
      "answers": .array(
        answers.map { answer in
          [
            "spec": answer.file.map { .string($0) } ?? .null, "run": answer.run.map { run($0, answer) } ?? .null,
            "crawl": answer.crawl.map { crawl($0, answer.mask) } ?? .null,
            "rules": answer.spec.map { rules($0, answer) } ?? .null,
          ]
        }),
    ]
  }

  private static func run(_ run: RunStory, _ answer: WhyAnswer) -> JSONText {
    [
      "pipeline": .string(run.pipeline), "run": .int(run.run), "began": .string(Moment.exact(run.began)),
      "unfinished": run.unfinished.map { .unfinished($0) } ?? .null,
      "requests": .array(
        run.requests.map { request in
          [
            "source": .string(answer.name(ofSource: request.source)), "request": .int(request.ordinal + 1),
            "redirected_here": .bool(request.isRedirected),
            "attempts": .array(
              request.attempts.map { attempt in
                [
                  "began": .string(Moment.exact(attempt.start)), "elapsed_ms": .int(attempt.elapsed),
                  "status": attempt.status.map { .int($0) } ?? .null,
                  "error": attempt.error.map { .string(answer.mask.words($0)) } ?? .null,
                ]
              }),
            "redirects": .array(
              request.redirects.map { ["status": .int($0.status), "to": .string(answer.mask.value($0.url))] }),
            "retried": .bool(request.isRetried), "bytes": .int(request.bytes),
            "error": request.error.map { .string(answer.mask.words($0)) } ?? .null,
            "rows": .array(
              request.rows.enumerated().map { sink, count in
                ["sink": .string(answer.name(ofSink: sink)), "rows": .int(count)]
              }),
          ]
        }),
    ]
  }

  private static func crawl(_ story: CrawlStory, _ mask: SecretMask) -> JSONText {
    [
      "asked": .bool(story.reason == nil), "reason": story.reason.map { .string(mask.words($0)) } ?? .null,
      "depth": story.depth.map { .int($0) } ?? .null,
      "referrer": story.referrer.map { .string(mask.value($0)) } ?? .null,
    ]
  }

  private static func rules(_ spec: URLAnswer, _ answer: WhyAnswer) -> JSONText {
    [
      "sources": .array(
        spec.places.map {
          ["source": .string(answer.name(ofSource: $0.source)), "request": .int($0.ordinal + 1)]
        }),
      "not_asked": .array(spec.unasked.map { .string(answer.name(ofSource: $0)) }),
      "nearly": spec.near.map { .string(answer.mask.value($0.url)) } ?? .null,
      "dropped_by": .array(
        spec.drops.map {
          [
            "reason": .string(answer.mask.words($0.reason)),
            "pattern": $0.pattern.map { .string(answer.mask.value($0)) } ?? .null,
          ]
        }),
    ]
  }
}

extension Topic {
  /// The language of `expect`.
  package static let expectations = Topic(
    "expectations", aliases: ["expectation"], title: "Expectations",
    [
      .paragraph(
        """
        An expectation is a condition on the whole run. If one of them does not hold once the run is complete, \
        `pipe run` ends with 5 and says which, with the numbers and the first records at odds with it. All rows \
        are written all the same; a sink with `publish: expected` keeps its old file.
        """),
      .example(
        """
        expect:
          - records >= 100
          - broken == 0
          - share(status >= 500) < 1%
          - p95(elapsed) < 2s
        """),
      .heading("Totals"),
      .table([
        Row("records", "records, before where: one for each request, or each item"),
        Row("failed", "records with an error"),
        Row("broken", "records that are not ok: no page came, or its status is 400 or above"),
        Row("requests", "requests that came to an end; retries and redirects do not count"),
        Row("links", "in a crawl, links, for which there is a sink with rows: links"),
        Row("broken_links", "links whose target is broken; with crawl.check: external, those to other sites as well"),
        Row("duration", "the time at work, in seconds, in all sessions of the run"),
      ]),
      .heading("Of records"),
      .table([
        Row("count(CONDITION)", "records for which a condition on a record holds: count(status == 404)"),
        Row("share(CONDITION)", "their part of all records, from 0% to 100%"),
        Row("min(FIELD), max(FIELD)", "the least and the greatest number of a field"),
        Row("avg(FIELD)", "the mean of its numbers"),
        Row(
          "p50(FIELD), p95(FIELD), p99(FIELD)",
          "the number that so many per cent of its numbers do not exceed; exact for up to 512 numbers, else within 0.5%"
        ),
      ]),
      .paragraph(
        """
        The condition in the parentheses is one of `where`, which `pipe explain expressions` tells about. A record \
        without a number does not count for min, max, avg and percentiles. If no record counts, and for the share of \
        no records, a comparison does not hold, and neither does `not` of it.
        """),
      .heading("Numbers"),
      .table([
        Row("100, 0.5", "are as the total is: whole numbers, seconds, bytes"),
        Row("1%", "a share"),
        Row("500ms, 2s, 10m, 1h", "a time, for duration and for fields in seconds"),
        Row("100kB, 10MiB", "a size, for fields in bytes"),
      ]),
      .paragraph("Comparisons are joined with and, or, not, as in conditions: `records >= 1 and failed == 0`."),
      .heading("A run that goes on"),
      .paragraph(
        """
        With a journal an expectation is about all of the run, whatever it was broken off by, and with \
        `--retry-failed` about the records that there are then. An expectation that was added meanwhile does not hold if \
        it asks for what was not counted from the beginning.
        """),
      .heading("For machines"),
      .paragraph(
        """
        `--expect-format github` writes an annotation for each expectation that does not hold to standard output, \
        at its place in the spec; `--expect-format junit` a report with a test case for each, an error if the run is not \
        complete.
        """),
    ])
}

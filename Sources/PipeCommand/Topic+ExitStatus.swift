import PipeSpec

extension Topic {
  /// The exit status of every command.
  static let exitCodes = Topic(
    "exit-codes", aliases: ["exit", "exit-code", "exit-status", "status-codes"], title: "Exit status",
    entries: exitRows.flatMap { row in
      row.name.split(separator: ", ").map { Entry("exit.\($0)", [.paragraph("\(row.name): \(row.text)")]) }
    },
    [
      .paragraph(
        """
        A page that fails is a record with its error, and never fails a run; `limits.errors` says how many \
        may. So a script needs no more than this:
        """),
      .table(exitRows.map { Row($0.name, $0.text) }),
      .paragraph(
        """
        `pipe try` ends with 1 if the page could not be fetched, a field has an error, or a FIELD has no \
        value; `pipe why` if nothing is known of the URL; `pipe init` and `--save-spec` if the file is there \
        already. `--dry-run` ends as the run would if it could not begin. With 3, 129, 130 and 143 the run can be gone on with: `pipe run SPEC --resume`.
        """),
    ])

  /// What each status says in a few words, and in a sentence.
  static let exitRows = [
    ("0", "complete", "Complete: every request is accounted for, and every row is written."),
    ("1", "failed", "The run could not complete: a sink, a source, the journal or the machine failed."),
    ("2", "the spec is invalid", "The spec is invalid: validate, plan, run, try."),
    (
      "3", "stopped by a limit of the spec",
      "A limit of the spec stopped the run: limits.duration, errors, bytes or disk. It can be resumed."
    ),
    (
      "4", "an unfinished run stands in the way",
      "An unfinished run stands in the way: --resume goes on with it, --restart begins anew."
    ),
    (
      "5", "complete, but not as expected",
      "Complete, but an expectation (expect) does not hold. All rows are there; with publish: expected the old file stays."
    ),
    ("64", "wrong usage", "Wrong usage of the command line."),
    (
      "129, 130, 143", "hung up, interrupted, terminated",
      "Hung up, interrupted, terminated: what was in flight has landed. It can be resumed."
    ),
  ].map { ExitRow(name: $0.0, short: $0.1, text: $0.2) }

  struct ExitRow: Sendable {
    let name: String
    let short: String
    let text: String
  }
}

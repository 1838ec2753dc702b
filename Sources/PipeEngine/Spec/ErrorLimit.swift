internal import PipeSpec

/// How many records of a run may have an error: a count, or a share of them.
package enum ErrorLimit: Hashable, Sendable {
  case count(Int)
  /// Per cent, as a number and as it is written.
  case share(Double, text: String)

  /// Records that a share counts from: of a few, one error is many.
  package static let leastRecords = 100

  /// As a spec has it: `100`, `5%`.
  package var text: String {
    switch self {
    case .count(let count): String(count)
    case .share(_, let text): text
    }
  }

  /// - Parameter failed: Records with an error, of all.
  func isReached(failed: Int, of records: Int) -> Bool {
    switch self {
    case .count(let count): failed >= count
    case .share(let share, _):
      records >= Self.leastRecords && Double(failed) * 100 >= share * Double(records)
    }
  }

  static let shape = Shape<Self>.scalar(
    .oneOf([
      .integer(1...1_000_000_000_000),
      .text(name: "a share above 0%, up to 100%", pattern: #"^[0-9]+(\.[0-9]+)? *%$"#, examples: ["5%", "0.5%"]),
    ])
  ) { text throws(ScalarFault) in
    let written = text.text
    let digits = written.prefix { $0.isASCII && ($0.isNumber || $0 == ".") }
    switch written.dropFirst(digits.count).drop(while: { $0 == " " }) {
    case "":
      guard let count = Int(digits) else {
        let share = Double(digits).map { $0 > 0 && $0 < 1 ? "\(($0 * 10_000).rounded() / 100)%" : "\($0)%" }
        throw ScalarFault(
          .wrongType, "must be a number of records or a share of them, not \(text.shown)",
          hint: share.map { "did you mean \($0)?" } ?? "write 100, or 5%")
      }
      guard 1...1_000_000_000_000 ~= count else {
        throw ScalarFault(
          .outOfRange, "must be from 1 to 1000000000000, not \(count)",
          hint: count == 0 ? "1 stops the run with the first record that has an error" : nil)
      }
      return .count(count)
    case "%":
      guard let share = Double(digits), share.isFinite, !digits.hasPrefix("."), !digits.hasSuffix(".") else {
        throw ScalarFault(.badValue, "cannot be \(text.shown)", hint: "write it as 5%")
      }
      guard share > 0, share <= 100 else {
        throw ScalarFault(
          .outOfRange, "must be a share above 0%, up to 100%, not \(text.shown)",
          hint: share == 0 ? "write 1 to stop with the first record that has an error" : nil)
      }
      return .share(share, text: digits + "%")
    default:
      throw ScalarFault(
        .wrongType, "must be a number of records or a share of them, not \(text.shown)", hint: "write 100, or 5%")
    }
  }
}

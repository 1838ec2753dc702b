/// A CSV file as RFC 4180 has it, read by other means than the product's.
struct CSVTable {
  struct Fault: Error, CustomStringConvertible {
    let description: String
  }

  let header: [String]
  let rows: [[String: String]]

  /// - Throws: `Fault` for whatever a strict reader would not take: rows of another length than the header's, stray
  ///   quotes, line ends other than CRLF, a last row without one.
  init(_ text: String) throws {
    var records = try Self.records(Array(text.unicodeScalars))
    if records.isEmpty { throw Fault(description: "no header") }
    let header = records.removeFirst()
    self.header = header
    rows = try records.map { record in
      guard record.count == header.count else {
        throw Fault(description: "\(record.count) fields below \(header.count) names: \(record)")
      }
      return Dictionary(zip(header, record)) { first, _ in first }
    }
  }

  /// The rows by the field that tells them apart.
  func rows(by name: String) throws -> [String: [String: String]] {
    try Dictionary(rows.map { ($0[name] ?? "", $0) }) { first, _ in
      throw Fault(description: "two rows with \(name) \(first[name] ?? "")")
    }
  }

  private static func records(_ text: [Unicode.Scalar]) throws -> [[String]] {
    var records: [[String]] = []
    var record: [String] = []
    var index = 0
    func at(_ place: Int) -> Unicode.Scalar? { place < text.count ? text[place] : nil }
    while index < text.count {
      var field = String.UnicodeScalarView()
      if at(index) == "\"" {
        index += 1
        while at(index) != "\"" || at(index + 1) == "\"" {
          guard let scalar = at(index) else { throw Fault(description: "a quote is not closed") }
          field.append(scalar)
          index += scalar == "\"" ? 2 : 1
        }
        index += 1
      } else {
        while let scalar = at(index), scalar != ",", scalar != "\r", scalar != "\n" {
          if scalar == "\"" { throw Fault(description: "a quote within a bare field of record \(records.count)") }
          field.append(scalar)
          index += 1
        }
      }
      record.append(String(field))
      if at(index) == "," {
        index += 1
        continue
      }
      guard at(index) == "\r", at(index + 1) == "\n" else {
        throw Fault(description: "record \(records.count) has no CRLF at its end")
      }
      index += 2
      records.append(record)
      record = []
    }
    if !record.isEmpty { throw Fault(description: "the last record is cut off") }
    return records
  }
}

import PipeEngine
import PipeSpec
import PipeWeb

/// What came of a page that was tried, for a person. Nothing of the page reaches the terminal as it is.
struct TrialText {
  private let result: TrialResult
  /// The URL that was asked for, as it may be shown.
  private let url: String
  private let mask: SecretMask

  init(_ result: TrialResult, url: String, mask: SecretMask) {
    self.result = result
    self.mask = mask
    self.url = mask.value(url)
  }

  /// What answered, and how.
  var head: String {
    let facts = result.facts
    var line =
      "pipe: \(facts.status.map(String.init) ?? "no answer") from \(facts.url.map { mask.value($0.redacted) } ?? url)"
    var parts: [String] = []
    if let type = facts.contentType { parts.append(TerminalCell.shown(type)) }
    if let length = facts.length { parts.append("\(length.grouped) byte\(length == 1 ? "" : "s")") }
    parts.append("HTTP/\(facts.version?.rawValue ?? "1.1")")
    line += ": " + parts.joined(separator: ", ") + " in \(Self.time(facts.elapsed))"
    return ([line] + facts.redirects.map { "  redirected by \(mask.value($0.redacted))" }).joined(separator: "\n")
  }

  private static func time(_ duration: Duration) -> String {
    let milliseconds = duration / .milliseconds(1)
    return milliseconds < 1000 ? "\(Int(milliseconds.rounded())) ms" : duration.short
  }

  // MARK: The table

  /// The fields: name, type, value; a list has a line for each element.
  ///
  /// - Parameters:
  ///   - width: Columns of the terminal, to which lines are cut; `nil` where everything is shown.
  ///   - colour: Whether it may hold ANSI escape sequences.
  func table(width: Int?, colour: Bool) -> String {
    guard let items = result.items, result.itemCount > 1 else { return table(result.fields, width, colour) }
    var parts = items.prefix(Self.mostItems).enumerated().map { number, fields in
      "item \(number + 1) of \(result.itemCount.grouped)\n" + table(fields, width, colour)
    }
    if result.itemCount > parts.count {
      parts.append("… \((result.itemCount - parts.count).grouped) more; --format json has the first \(items.count)")
    }
    return parts.joined(separator: "\n\n")
  }

  /// The items that are shown one by one.
  private static let mostItems = 3

  private func table(_ fields: [TrialResult.Field], _ width: Int?, _ colour: Bool) -> String {
    var rows: [(name: String, type: String, lines: [Line])] = [("field", "type", [Line(text: "value")])]
    rows += fields.map { field in
      (TerminalCell.shown(field.name), Self.type(of: field), lines(of: field, cut: width != nil))
    }
    let names = rows.map { TerminalCell.width(of: $0.name) }.max() ?? 0
    let types = rows.map(\.type.count).max() ?? 0
    let margin = String(repeating: " ", count: names + types + 4)
    let room = width.map { max(20, $0 - names - types - 4) }
    var table: [String] = []
    for (index, row) in rows.enumerated() {
      let space = String(repeating: " ", count: names - TerminalCell.width(of: row.name))
      let start = "\(row.name)\(space)  \(row.type.padded(to: types))  "
      for (number, line) in row.lines.enumerated() {
        let text = room.map { TerminalCell.cut(line.text, to: $0) } ?? line.text
        let whole = (number == 0 ? start : margin) + (line.isFault && colour ? Self.red(text) : text)
        table.append(index == 0 && colour ? Self.bold(whole) : whole)
      }
    }
    return table.joined(separator: "\n")
  }

  private struct Line {
    var text: String
    var isFault = false
  }

  private static let mostElements = 10

  private func lines(of field: TrialResult.Field, cut: Bool) -> [Line] {
    var lines: [Line] = []
    switch field.value {
    case .list(let values):
      let shown = cut && values.count > Self.mostElements + 1 ? Self.mostElements : values.count
      lines = values.prefix(shown).map { Line(text: Self.text(of: $0)) }
      if shown < values.count {
        lines.append(Line(text: "… \((values.count - shown).grouped) more; --format json has all"))
      }
      if values.isEmpty, field.fault == nil { lines = [Line(text: "none")] }
    case .null where field.fault != nil: break
    default: lines = [Line(text: Self.text(of: field.value))]
    }
    if let fault = field.fault { lines.append(Line(text: "error: \(TerminalCell.shown(fault))", isFault: true)) }
    return lines
  }

  private static func type(of field: TrialResult.Field) -> String {
    guard case .list(let values) = field.value else { return field.type.name }
    return "\(field.type.name), \(values.count.grouped)"
  }

  /// A value on one line. A text in quotes where it would be taken for something else without.
  private static func text(of value: Value) -> String {
    switch value {
    case .null: return "null"
    case .string(let text):
      let isOdd = text.isEmpty || text == "null" || text.first?.isWhitespace == true || text.last?.isWhitespace == true
      return isOdd ? "\"\(TerminalCell.shown(text))\"" : TerminalCell.shown(text)
    default: return TerminalCell.shown(value.plainText)
    }
  }

  private static func red(_ text: String) -> String { "\u{1B}[1;31m\(text)\u{1B}[0m" }
  private static func bold(_ text: String) -> String { "\u{1B}[1m\(text)\u{1B}[0m" }

  // MARK: Remarks

  /// What else there is to say, a line each.
  ///
  /// - Parameters:
  ///   - missing: The fields that were asked for and have no value.
  ///   - spec: The spec, if there is one.
  func remarks(missing: [String], spec: String?) -> [String] {
    let facts = result.facts
    var lines: [String] = []
    if let error = facts.error {
      let place = facts.url.map { mask.value($0.redacted) } ?? url
      lines.append("pipe: \(place): \(TerminalCell.shown(mask.words(error.description)))")
      lines.append("  " + hint(for: error, spec: spec))
    } else if facts.isTruncated {
      lines.append("pipe: warning: the content is cut at max_body; fields may lack what comes later")
    }
    if facts.status != nil {
      let all = result.items ?? [result.fields]
      let faulty = all.joined().filter { $0.fault != nil }.map { TerminalCell.shown($0.name) }
      let names = faulty.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
      if !names.isEmpty { lines.append("pipe: error: \(names.joined(separator: ", "))") }
      if !missing.isEmpty {
        lines.append("pipe: no value: \(missing.map { TerminalCell.shown($0) }.joined(separator: ", "))")
      }
      if result.passesFilter == false { lines.append("pipe: where does not hold: a run would leave this record out") }
      if let column = result.columnsOfFilter.first {
        lines.append(
          "pipe: whether where holds is not known: it reads the column \(TerminalCell.shown(column)) of a source's row, which a"
            + " page alone does not have")
      }
    }
    return lines
  }

  private func hint(for error: RequestError, spec: String?) -> String {
    guard error.code == .forbidden, let address = error.message.split(separator: " ").first.map(String.init),
      IPAddress(address) != nil
    else { return "'pipe explain error.\(error.code.rawValue)' tells what that means and what to do" }
    // A redirect can lead to another host, of which this names the address alone.
    let host = result.facts.redirects.isEmpty ? result.facts.url.map { String($0.hostname) } : nil
    let name = host.flatMap { AddressPolicy.Entry($0) == nil ? nil : $0 } ?? address
    return "--allow-private \(name) allows it here; in a spec: fetch: {allow_private: [\"\(name)\"]}"
  }
}

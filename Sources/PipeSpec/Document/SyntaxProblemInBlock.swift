// Faults of the structure that indentation makes. libyaml notices them late, so these look at the lines
// around the place.
extension SyntaxProblem {
  /// A line of the file, cut to what matters here.
  private struct Line {
    let number: Int
    /// Without indentation, trailing blanks and comment.
    let content: Range<Int>
    let column: Int
  }

  /// A key that no ':' follows.
  var missingColon: Diagnostic {
    let start = error.contextPlace ?? place
    let line = line(file.lineNumber(at: start))
    let range = start..<max(line.content.upperBound, start)
    if file.bytes[start...].prefix(2).first == UInt8(ascii: "-"), lineBefore(line).map(isListItem) ?? false {
      return make("there is no space after the '-'", at: start..<start + 1, hint: "write '- value'")
    }
    return gluedColon(in: range) ?? make("there is no ':' after this key", at: range, hint: "write 'key: value'")
  }

  /// A ':' where no key can be.
  var unexpectedColon: Diagnostic {
    let current = line(file.lineNumber(at: place))
    let key = current.content.lowerBound..<place
    if let colon = separator(in: key) {
      let value = skipBlanks(colon + 1)..<current.content.upperBound
      return make("a plain value cannot contain ': '", at: value, hint: "put quotes around the value")
    }
    guard let previous = lineBefore(current) else { return keyCannotStand(current) }
    if let glued = gluedColon(in: previous.content) { return glued }
    if separator(in: previous.content) == nil, !isListItem(previous) {
      let message = "there is no ':' after this key"
      return make(message, at: previous.content, hint: "write 'key: value'")
    }
    return badIndentation(current, after: previous)
  }

  /// Something in a map that is not a key, or in a list that is not an item.
  var unexpectedInBlock: Diagnostic {
    let isMap = error.problem.hasSuffix("key")
    let current = line(file.lineNumber(at: place))
    let opening = error.contextPlace.map { $0..<wordEnd($0) }
    let name = isMap ? "map" : "list"
    if place > current.content.lowerBound { return trailing(name, opening) }
    if let opening, file.position(at: opening.lowerBound).column < current.column, let previous = lineBefore(current) {
      return badIndentation(current, after: previous)
    }
    let isItem = isMap && isListItem(current)
    return make(
      isItem
        ? "a list item stands among the keys of a map" : "this is not \(isMap ? "a key" : "an item") of the \(name)",
      at: place..<wordEnd(place), hint: isMap ? "indent it as the keys it belongs to" : "begin each item with '- '",
      note: "the \(name) begins here", at: opening)
  }

  /// Something behind a value on the same line.
  private func trailing(_ name: String, _ opening: Range<Int>?) -> Diagnostic {
    var end = place
    while file.bytes[end - 1].isYAMLBlank { end -= 1 }
    let range = place..<wordEnd(place)
    let last = String(decoding: file.bytes[end - 1..<end], as: UTF8.self)
    if last == "'" || last == "\"", let start = file.bytes[..<(end - 1)].lastIndex(of: file.bytes[end - 1]) {
      let line = file.lineNumber(at: start)
      let isSameLine = line == file.lineNumber(at: place)
      if isSameLine, let name = quotedField(start..<end) {
        return make(
          "text follows the closing \(last)", at: range,
          hint: "a condition begins with a field's name, without quotes: \(name)…")
      }
      let escape =
        last == "'" ? "a quote inside single quotes is written ''" : "a quote inside double quotes is written \\\""
      return make(
        "text follows the closing \(last)", at: range,
        hint: isSameLine ? escape : "perhaps line \(line) lacks its closing \(last)",
        note: isSameLine ? nil : "the quote is opened here", at: start..<start + 1)
    }
    let isBracket = "]}".utf8.contains(file.bytes[place])
    return make(
      isBracket ? "nothing is open that this would close" : "this cannot follow here",
      at: isBracket ? place..<place + 1 : range, hint: isBracket ? "remove it" : "put quotes around the whole value",
      note: "the \(name) begins here", at: opening)
  }

  /// The field's name and the operator of a condition that begins with a name in quotes: `"title" == "x"`.
  private func quotedField(_ quoted: Range<Int>) -> String? {
    let rest = file.bytes[place...].prefix { !$0.isYAMLSpace }
    let operators = [
      "==", "!=", "<", "<=", ">", ">=", "in", "contains", "matches", "starts_with", "ends_with", "and", "or",
    ]
    let word = String(decoding: rest, as: UTF8.self)
    guard quoted.count > 2, operators.contains(word) else { return nil }
    return String(decoding: file.bytes[quoted].dropFirst().dropLast().prefix(60), as: UTF8.self) + " " + word + " "
  }

  /// The key at the beginning of the line of the fault, if that line is below another and the fault is
  /// its colon.
  func keyOnLaterLine(than opening: Int) -> Range<Int>? {
    let number = file.lineNumber(at: place)
    guard place < file.bytes.count, file.bytes[place] == UInt8(ascii: ":"), number > file.lineNumber(at: opening)
    else { return nil }
    let start = line(number).content.lowerBound
    return start < place ? start..<place : nil
  }

  private func keyCannotStand(_ line: Line) -> Diagnostic {
    make("a key cannot stand here", at: line.content.lowerBound..<place + 1, hint: "begin it on a line of its own")
  }

  private func badIndentation(_ line: Line, after previous: Line) -> Diagnostic {
    // What stands behind the dashes is what a key must line up with.
    var start = previous.content.lowerBound
    while start + 1 < previous.content.upperBound, file.bytes[start] == UInt8(ascii: "-"),
      file.bytes[start + 1].isYAMLBlank
    {
      start = skipBlanks(start + 1)
    }
    let column = previous.column + file.scalarCount(in: previous.content.lowerBound..<start)
    let hint =
      line.column > column && !isListItem(line)
      ? "begin it in column \(column), as line \(previous.number) does" : "line up with the lines it belongs to"
    return make(
      "the indentation fits no line above", at: line.content.lowerBound..<wordEnd(line.content.lowerBound), hint: hint,
      note: "the line above", at: previous.content)
  }

  /// `key:value` that lacks the space.
  private func gluedColon(in range: Range<Int>) -> Diagnostic? {
    var index = range.lowerBound
    while index < range.upperBound, isKeyByte(file.bytes[index]) { index += 1 }
    guard index > range.lowerBound, index + 1 < range.upperBound, file.bytes[index] == UInt8(ascii: ":"),
      !file.bytes[index + 1].isYAMLSpace, file.bytes[index + 1] != UInt8(ascii: "/")
    else { return nil }
    if file.bytes[(index + 1)...].starts(with: [0xC2, 0xA0]) {
      return make(
        "a no-break space (U+00A0) follows the ':'", at: index + 1..<index + 3, hint: "write a plain space")
    }
    return make("there is no space after the ':'", at: index..<index + 1, hint: "write 'key: value'")
  }

  private func isKeyByte(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
      true
    default: false
    }
  }

  /// The first ':' that ends a key.
  private func separator(in range: Range<Int>) -> Int? {
    range.first { index in
      file.bytes[index] == UInt8(ascii: ":")
        && (index + 1 == file.bytes.count || file.bytes[index + 1].isYAMLSpace)
    }
  }

  private func isListItem(_ line: Line) -> Bool {
    file.bytes[line.content].first == UInt8(ascii: "-")
      && (line.content.count == 1 || file.bytes[line.content.lowerBound + 1].isYAMLBlank)
  }

  private func skipBlanks(_ start: Int) -> Int {
    var index = start
    while index < file.bytes.count, file.bytes[index].isYAMLBlank { index += 1 }
    return index
  }

  private func line(_ number: Int) -> Line {
    let range = file.lineRange(number)
    let start = min(skipBlanks(range.lowerBound), range.upperBound)
    var end = start
    var index = start
    while index < range.upperBound {
      let byte = file.bytes[index]
      if byte == UInt8(ascii: "#"), index == start || file.bytes[index - 1].isYAMLBlank { break }
      index += 1
      if !byte.isYAMLBlank { end = index }
    }
    return Line(number: number, content: start..<end, column: start - range.lowerBound + 1)
  }

  /// The nearest line above with anything on it.
  private func lineBefore(_ line: Line) -> Line? {
    var number = line.number - 1
    while number > 0 {
      let above = self.line(number)
      if !above.content.isEmpty { return above }
      number -= 1
    }
    return nil
  }
}

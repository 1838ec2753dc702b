/// Says in a person's words what libyaml found wrong, and what helps.
struct SyntaxProblem {
  let error: SyntaxError
  let file: SourceFile
  /// Where the fault is; at the end of the text, after its last visible character.
  let place: Int

  init(_ error: SyntaxError, in file: SourceFile) {
    self.error = error
    self.file = file
    var place = error.place
    if file.bytes[min(place, file.bytes.count)...].allSatisfy(\.isYAMLSpace) {
      while place > file.contentStart, file.bytes[place - 1].isYAMLSpace { place -= 1 }
    }
    self.place = place
  }

  var diagnostic: Diagnostic {
    byteOrderMark ?? described
  }

  /// libyaml passes over one at the start of a line, and stumbles behind it.
  private var byteOrderMark: Diagnostic? {
    let start = [place, place - 3].first { $0 > 0 && LeniencyCheck.isByteOrderMark(file.bytes, at: $0) }
    return start.map { LeniencyCheck.fault(ofByteOrderMark: $0, in: file) }
  }

  private var described: Diagnostic {
    switch error.problem {
    case "found character that cannot start any token": strayCharacter
    case "could not find expected ':'": missingColon
    case "mapping values are not allowed in this context": unexpectedColon
    case "did not find expected key", "did not find expected '-' indicator": unexpectedInBlock
    case "did not find expected ',' or ']'", "did not find expected ',' or '}'": unclosedBracket
    case "found a tab character where an indentation space is expected",
      "found a tab character that violates indentation":
      tab
    case "found unexpected end of stream", "found unexpected document indicator": unclosedQuote
    case "did not find expected node content": missingContent
    case "found invalid Unicode character escape code": badEscape
    default: listed
    }
  }

  private var strayCharacter: Diagnostic {
    guard error.place < file.bytes.count else { return listed }
    let place = error.place
    switch file.bytes[place] {
    case UInt8(ascii: "\t"):
      return tab
    case UInt8(ascii: "%") where place == lineStart(of: place):
      return make("a directive cannot stand here", at: place..<place + 1, hint: "put quotes around the value")
    default:
      let character = String(decoding: file.bytes[place..<place + 1], as: UTF8.self)
      return make(
        "a plain value cannot begin with '\(character)'", at: place..<wordEnd(place),
        hint: "put quotes around the value")
    }
  }

  private var badEscape: Diagnostic {
    // libyaml's place is behind the letter of the escape.
    let start = max(error.place - 2, 0)
    guard SurrogatePair.half(in: file.bytes, at: start) != nil else {
      let length = file.bytes[start...].dropFirst().first == UInt8(ascii: "U") ? 10 : 6
      return make(
        "this escape names no Unicode character", at: start..<min(start + length, file.bytes.count),
        hint: "its number must not be above 10FFFF, nor from D800 to DFFF")
    }
    return make(
      "this escape is half of a surrogate pair", at: start..<start + 6,
      hint: "write both halves, such as \\ud83d\\ude00, or the character itself")
  }

  private var tab: Diagnostic {
    var end = error.place
    while end < file.bytes.count, file.bytes[end].isYAMLBlank { end += 1 }
    return make("a tab cannot indent here", at: error.place..<end, hint: "indent with spaces")
  }

  private var unclosedQuote: Diagnostic {
    let opening = error.contextPlace ?? place
    let quote = String(decoding: file.bytes[opening...].prefix(1), as: UTF8.self)
    let what = error.problem.hasSuffix("indicator") ? "the document ends" : "the file ends"
    return make(
      "\(what) inside quotes", at: place..<place, hint: "the closing \(quote) is missing",
      note: "the quote is opened here", at: opening..<opening + 1)
  }

  private var unclosedBracket: Diagnostic {
    let isMap = error.problem.hasSuffix("'}'")
    let (name, closing) = isMap ? ("map", "}") : ("list", "]")
    let opening = error.contextPlace ?? place
    let note = "the \(name) is opened here"
    if let comment = comment(on: opening) {
      return make(
        "'#' begins a comment, so the \(name) is not closed", at: comment, hint: "put quotes around the value",
        note: note, at: opening..<opening + 1)
    }
    if let value = valueWithBrackets {
      let text = String(decoding: file.bytes[value].prefix(60), as: UTF8.self)
      let quote = text.contains("\"") ? "'" : "\""
      return make(
        "a plain value between brackets cannot hold '\(String(decoding: file.bytes[place..<place + 1], as: UTF8.self))'",
        at: value, hint: "put quotes around it: \(quote)\(text)\(quote)", note: note, at: opening..<opening + 1)
    }
    if let key = keyOnLaterLine(than: opening) {
      return make(
        "the \(name) is not closed before this key", at: key, hint: "close it with '\(closing)'", note: note,
        at: opening..<opening + 1)
    }
    if place >= error.place, place < file.bytes.count {
      return make(
        "',' or '\(closing)' should stand here", at: place..<wordEnd(place),
        hint: "separate the values with ',' or close the \(name) with '\(closing)'", note: note,
        at: opening..<opening + 1)
    }
    return make(
      "the file ends inside a \(name)", at: place..<place, hint: "the closing '\(closing)' is missing",
      note: note, at: opening..<opening + 1)
  }

  /// A comment on the line of an opening bracket that was meant as a value: `{css: #id}`.
  private func comment(on opening: Int) -> Range<Int>? {
    let line = file.lineRange(file.lineNumber(at: opening))
    var index = opening
    while index + 1 < line.upperBound {
      if file.bytes[index] == UInt8(ascii: "#"), file.bytes[index - 1].isYAMLBlank, !file.bytes[index + 1].isYAMLBlank,
        file.bytes[opening..<index].last(where: { !$0.isYAMLBlank }) == UInt8(ascii: ":")
      {
        return index..<line.upperBound
      }
      index += 1
    }
    return nil
  }

  /// The plain value around the place, if what is wrong there is a bracket within it: `{path: ${out}/a.csv}`.
  private var valueWithBrackets: Range<Int>? {
    guard place < file.bytes.count, place > 0, "[{".utf8.contains(file.bytes[place]) else { return nil }
    let line = file.lineRange(file.lineNumber(at: place))
    var start = place
    while start > line.lowerBound, !file.bytes[start - 1].isYAMLSpace, !",[{}]\"'".utf8.contains(file.bytes[start - 1])
    {
      start -= 1
    }
    guard start < place else { return nil }
    var depth = 0
    var end = place
    while end < line.upperBound, !file.bytes[end].isYAMLSpace {
      let byte = file.bytes[end]
      if "[{".utf8.contains(byte) { depth += 1 }
      if "]}".utf8.contains(byte) { depth -= 1 }
      if depth < 0 || depth == 0 && byte == UInt8(ascii: ",") { break }
      end += 1
    }
    return start..<end
  }

  private var missingContent: Diagnostic {
    let word = String(decoding: file.bytes[place..<wordEnd(place)].prefix(1), as: UTF8.self)
    if word.isEmpty { return make("a value is missing at the end of the file", at: place..<place, hint: nil) }
    let isClosing = word == "]" || word == "}"
    return make(
      "a value should stand before '\(word)'", at: place..<place + 1,
      hint: isClosing
        ? "remove the '\(word)' or what opened the wrong bracket"
        : "put quotes around a value that begins with '\(word)'")
  }

  /// Those that need no look at the text around them.
  private var listed: Diagnostic {
    let known = Self.known[error.problem]
    let note: (String, Range<Int>)? = error.contextPlace.flatMap { start in
      file.lineNumber(at: start) < file.lineNumber(at: place) ? ("it begins here", start..<wordEnd(start)) : nil
    }
    return make(
      known?.message ?? "this is not YAML: \(error.problem)", at: place..<wordEnd(place), hint: known?.hint,
      note: note?.0, at: note?.1)
  }

  private static let known: [String: (message: String, hint: String?)] = [
    "block sequence entries are not allowed in this context":
      ("a list item cannot begin here", "begin it on a line of its own"),
    "mapping keys are not allowed in this context": ("a key cannot begin here", "begin it on a line of its own"),
    "found unknown escape character":
      ("there is no such escape in double quotes", "double the backslash, or use single quotes"),
    "did not find expected hexdecimal number":
      ("hexadecimal digits are missing after this escape", "write \\xFF, \\uFFFF or \\UFFFFFFFF with all digits"),
    "found an indentation indicator equal to 0": ("the indentation of a block is 1 to 9", nil),
    "did not find expected comment or line break":
      ("only a comment can follow on this line", "begin the text on the next line"),
    "did not find expected alphabetic or numeric character":
      ("this is not the name of an anchor or alias", "put quotes around a value that begins with '&' or '*'"),
    "did not find expected whitespace or line break": ("a space should stand here", nil),
    "found undefined tag handle": ("tags are not used here", "put quotes around a value that begins with '!'"),
    "did not find expected <document start>":
      ("the document is over, yet more follows", "indent it as the lines above are, or remove it"),
    "found incompatible YAML document": ("this is written for another version of YAML", "remove the %YAML line"),
    "found unexpected ':'":
      ("a space should stand after this ':'", "put a space after it, or quotes around the value"),
    "did not find expected tag URI": ("this tag has no name", "put quotes around a value that begins with '!'"),
    "did not find the expected '>'": ("the closing '>' of this tag is missing", nil),
    "could not find expected directive name": ("this directive has no name", "remove the line"),
    "found unexpected non-alphabetical character": ("this is not a directive's name", "remove the line"),
    "found duplicate %YAML directive": ("a second %YAML line", "remove it"),
    "found unknown directive name": ("there is no such directive", "remove the line"),
  ]
}

// Building blocks.
extension SyntaxProblem {
  func make(
    _ message: String, at range: Range<Int>, hint: String?, note: String? = nil, at noted: Range<Int>? = nil
  ) -> Diagnostic {
    let notes = note.flatMap { note in noted.map { [Diagnostic.Note(note, at: file.span($0))] } } ?? []
    return Diagnostic(.yamlSyntax, at: file.span(range), message, hint: hint, notes: notes)
  }

  func lineStart(of offset: Int) -> Int { file.lineRange(file.lineNumber(at: offset)).lowerBound }

  /// The end of the word that begins at an offset: of one character at least, and never of a line break.
  func wordEnd(_ start: Int) -> Int {
    var end = start
    while end < file.bytes.count, !file.bytes[end].isYAMLSpace { end += 1 }
    return end
  }
}

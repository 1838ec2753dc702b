import FoundationEssentials
import PipeTesting
import PipeWeb

/// One case of an html5lib tokenizer test file (its README.md has the format), in one initial state.
struct TokenizerCase {
  let file: String
  let description: String
  let state: String
  let lastStartTag: String?
  /// Nil where the input or the output holds a lone surrogate, which no bytes stand for.
  let input: [UInt8]?
  let expected: [RecordedToken]

  var name: String { "\(file): \(description)" }

  static func all(in file: String) throws -> [TokenizerCase] {
    let root = try Corpus.json("html5lib-tests/tokenizer/\(file)", as: TokenizerFileValue.self)
    guard case .object(let members) = root else { return [] }
    var cases: [TokenizerCase] = []
    for (_, list) in members {
      guard case .array(let entries) = list else { continue }
      for case .object(let entry) in entries { cases += try self.cases(entry, file: file) }
    }
    return cases
  }

  private static func cases(_ entry: [String: TokenizerFileValue], file: String) throws -> [TokenizerCase] {
    let isDoubleEscaped = entry["doubleEscaped"] == .bool(true)
    let unescape: (String) -> String? = { isDoubleEscaped ? unescaped($0) : $0 }
    guard case .string(let description) = entry["description"], case .string(let rawInput) = entry["input"],
      case .array(let output) = entry["output"]
    else { throw MalformedCase(file: file) }
    let tokens = try output.map { try token($0, unescape: unescape, file: file) }
    var states = ["Data state"]
    if case .array(let names) = entry["initialStates"] {
      states = names.compactMap { if case .string(let name) = $0 { name } else { nil } }
    }
    var lastStartTag: String?
    if case .string(let name) = entry["lastStartTag"] { lastStartTag = name }
    let isComplete = tokens.allSatisfy { $0 != nil }
    return states.map { state in
      TokenizerCase(
        file: file, description: description, state: state, lastStartTag: lastStartTag,
        input: isComplete ? unescape(rawInput).map { Array($0.utf8) } : nil, expected: tokens.compactMap(\.self))
    }
  }

  private static func token(
    _ value: TokenizerFileValue, unescape: (String) -> String?, file: String
  ) throws -> RecordedToken? {
    guard case .array(let parts) = value, case .string(let kind) = parts.first else { throw MalformedCase(file: file) }
    let strings = parts.map { part -> String?? in
      if case .string(let text) = part { .some(unescape(text)) } else { .none }
    }
    switch kind {
    case "DOCTYPE":
      return .doctype(
        name: strings[1] ?? nil, publicIdentifier: strings[2] ?? nil, systemIdentifier: strings[3] ?? nil,
        isCorrect: parts[4] == .bool(true))
    case "StartTag":
      var attributes: [String: String] = [:]
      if case .object(let members) = parts[2] {
        for case (let name, .string(let value)) in members { attributes[unescape(name) ?? ""] = unescape(value) }
      }
      guard let name = strings[1] ?? nil else { return nil }
      return .startTag(name: name, attributes: attributes, isSelfClosing: parts.count > 3)
    case "EndTag": return (strings[1] ?? nil).map { .endTag(name: $0) }
    case "Comment": return (strings[1] ?? nil).map { .comment($0) }
    case "Character": return (strings[1] ?? nil).map { .characters($0) }
    default: throw MalformedCase(file: file)
    }
  }

  /// Replaces `\uHHHH`; nil where that leaves a lone surrogate.
  private static func unescaped(_ text: String) -> String? {
    var units: [UInt16] = []
    var rest = Array(text.utf16)[...]
    while let unit = rest.popFirst() {
      if unit == 0x5C, rest.first == 0x75, rest.count > 4,
        let value = UInt16(String(decoding: rest.dropFirst().prefix(4), as: UTF16.self), radix: 16)
      {
        units.append(value)
        rest = rest.dropFirst(5)
      } else {
        units.append(unit)
      }
    }
    return String(validating: units, as: UTF16.self)
  }

  /// What the tokenizer makes of the input, given in these pieces.
  func tokens(in pieces: some Sequence<ArraySlice<UInt8>>) -> [RecordedToken] {
    var recorder = TokenRecorder()
    recorder.isInForeignContent = state == "CDATA section state"
    var tokenizer = HTMLTokenizer(handler: recorder)
    tokenizer.begin(in: model, lastStartTag: HTMLName((lastStartTag ?? "").utf8))
    for piece in pieces { _ = tokenizer.feed(Array(piece)) }
    tokenizer.end()
    return tokenizer.handler.finish()
  }

  private var model: HTMLContentModel {
    switch state {
    case "RCDATA state": .escapableText
    case "RAWTEXT state": .rawText
    case "Script data state": .script
    case "PLAINTEXT state": .plaintext
    case "CDATA section state": .cdata
    default: .data
    }
  }
}

struct MalformedCase: Error {
  let file: String
}

/// JSON as it comes.
enum TokenizerFileValue: Decodable, Equatable {
  case null
  case bool(Bool)
  case number(Double)
  case string(String)
  case array([TokenizerFileValue])
  case object([String: TokenizerFileValue])

  init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(String.self) {
      self = .string(value)
    } else if let value = try? container.decode([TokenizerFileValue].self) {
      self = .array(value)
    } else if let value = try? container.decode([String: TokenizerFileValue].self) {
      self = .object(value)
    } else if let value = try? container.decode(Bool.self) {
      self = .bool(value)
    } else {
      self = .number(try container.decode(Double.self))
    }
  }
}

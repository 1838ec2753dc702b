internal import Glibc
internal import PipeSpec
internal import PipeText
internal import PipeWeb

extension Shape where Value == DateForm {
  /// A form of dates in strptime's words.
  static var dateForm: Self {
    .scalar(.text(name: "a form of dates", examples: ["\"%d.%m.%Y\"", "\"%Y-%m-%dT%H:%M:%S%z\""])) {
      text throws(ScalarFault) in
      do throws(DateForm.Fault) {
        return try DateForm(text.text)
      } catch {
        throw ScalarFault(
          .badValue, "is not a form of dates: \(error.message)",
          hint: text.text.contains("%") ? nil : "for example: \"%d.%m.%Y %H:%M\"",
          range: error.range)
      }
    }
  }
}

extension Shape where Value == ZoneRules {
  /// A time zone: a place of the system's zone database, or an offset.
  static var timeZone: Self {
    .scalar(.text(name: "a time zone", examples: ["Europe/Berlin", "\"+02:00\""])) {
      text throws(ScalarFault) in
      if let zone = ZoneRules(written: text.text) { return zone }
      let isName = text.text.utf8.allSatisfy {
        UInt8(ascii: "a")...UInt8(ascii: "z") ~= $0 | 0x20 || 0x30...0x39 ~= $0
          || "/_+-".utf8.contains($0)
      }
      guard isName, !text.text.isEmpty, !text.text.hasPrefix("/") else {
        throw ScalarFault(
          .badValue, "is not a time zone: \(text.shown)",
          hint: "for example: Europe/Berlin, or \"+02:00\"")
      }
      switch FileContents.read(ZoneDatabase.path(of: text.text)) {
      case .success(let bytes):
        if let zone = ZoneRules(file: bytes) { return zone }
      case .failure: break
      }
      guard let names = ZoneDatabase.names else {
        throw ScalarFault(
          .badValue, "cannot be \(text.shown): there is no zone database in \(ZoneDatabase.folder)",
          hint: "install tzdata, or write an offset such as \"+02:00\"")
      }
      let near =
        names.first { $0.lowercased() == text.text.lowercased() }
        ?? names.first { $0.lowercased().hasSuffix("/" + text.text.lowercased()) }
        ?? nearestName(to: text.text, among: names)
      throw ScalarFault(
        .badValue, "is not a known time zone: \(text.shown)",
        hint: near.map { "did you mean '\($0)'?" } ?? "for example: Europe/Berlin, or \"+02:00\"")
    }
  }
}

/// The system's zone database.
private enum ZoneDatabase {
  static var folder: String {
    getenv("TZDIR").map { String(cString: $0) } ?? "/usr/share/zoneinfo"
  }

  static func path(of name: String) -> String { folder + "/" + name }

  /// The names of zones, for hints; `nil` if there is no database.
  static var names: [String]? {
    guard FileContents.isFolder(folder) else { return nil }
    for file in ["zone1970.tab", "zone.tab"] {
      guard case .success(let bytes) = FileContents.read(path(of: file)) else { continue }
      return String(decoding: bytes, as: UTF8.self).split(separator: "\n").compactMap { line in
        line.hasPrefix("#") ? nil : line.split(separator: "\t").dropFirst(2).first.map(String.init)
      }
    }
    return []
  }
}

extension ListSeparator {
  static let shape = Shape.scalar(
    .text(name: "a text or a /regular expression/", examples: ["\",\"", #"/[,;]/"#])
  ) { text throws(ScalarFault) -> ListSeparator in
    if text.text.isEmpty {
      throw ScalarFault(.badValue, "must be a text, not nothing", hint: "write what stands between two elements")
    }
    let isExpression = text.text.hasPrefix("/") && text.text.utf8.count > 2 && text.text.dropFirst().contains("/")
    do throws(RegularExpression.Fault) {
      return try isExpression ? ListSeparator(RegularExpression.parse(text.text).get()) : ListSeparator(text: text.text)
    } catch {
      throw ScalarFault(
        .badRegex, "is not a regular expression: \(error.message)", hint: error.hint,
        range: error.range.isEmpty ? nil : error.range)
    }
  }
}

extension ValueMap {
  static let shape = Shape<ValueMap>(.dictionary(of: .any, minimum: 1)) { node, context in
    guard case .mapping(let entries) = node.content, !entries.isEmpty else {
      context.report(
        .wrongType, on: node,
        "\(context.place) must be a map of texts to values, not \(node.isEmptyMap ? "an empty one" : node.kindName)",
        hint: "for example: map: {in stock: true, sold out: false}")
      return nil
    }
    var found: [(text: String, value: Located<Value>)] = []
    var places: [ExactText: SourceSpan] = [:]
    for entry in entries {
      guard let written = entry.key.text else {
        context.report(
          .wrongType, on: entry.key, "a text of \(context.place) must be a word, not \(entry.key.kindName)")
        continue
      }
      let text = written.trimmingWhiteSpace()
      if let first = places.updateValue(entry.key.span, forKey: ExactText(text)) {
        context.report(
          .duplicateKey, at: entry.key.span, "'\(excerpt(text))' stands twice in \(context.place)",
          hint: "white space around a text does not count", notes: [.init("it is here, too", at: first)])
        continue
      }
      let value = context.within(written) { WrittenValue.shape.decode(entry.value, &$0) }
      if let value { found.append((text, Located(value.value, at: entry.value.span))) }
    }
    guard found.count == entries.count, let type = type(of: found.map(\.value), &context) else { return nil }
    return ValueMap(found, type: type)
  }

  /// The type that all values have.
  private static func type(of values: [Located<Value>], _ context: inout DecodingContext) -> FieldType.Element? {
    var type: FieldType.Element?
    for value in values where value.value != .null {
      let one = value.value.elementType
      switch (type, one) {
      case (nil, _): type = one
      case (.int, .number), (.number, .int): type = .number
      case (let known?, _) where known != one:
        context.report(
          .typeMismatch, at: value.span,
          "the values of \(context.place) are of several types: \(FieldType(known).name) and \(FieldType(one).name)",
          hint: "write all of them as texts, between quotes")
        return nil
      default: break
      }
    }
    return type ?? .string
  }
}

extension Node {
  fileprivate var isEmptyMap: Bool { if case .mapping(let entries) = content { entries.isEmpty } else { false } }
}

package import PipeSpec
internal import PipeWeb

/// The rows of a crawl's links: one for each reference from a page to another, with what came of it.
package enum LinkRow {
  /// The columns, in their order.
  package enum Field: String, CaseIterable, Sendable {
    case from, to, text, rel, element, position, line, column, depth, status, error, ok, reason

    /// Whether a page is asked where its links stand, for this.
    var isPlace: Bool { [.position, .line, .column].contains(self) }

    package var declaration: FieldDeclaration {
      switch self {
      case .from, .to: FieldDeclaration(rawValue, .url, isNullable: false)
      case .text, .rel: FieldDeclaration(rawValue, .string)
      case .element: FieldDeclaration(rawValue, .string, isNullable: false, words: LinkDetails.elements)
      case .position: FieldDeclaration(rawValue, .string, words: LinkDetails.landmarks.map(\.rawValue))
      case .line, .column: FieldDeclaration(rawValue, .int, bounds: 1...Int.max)
      case .depth: FieldDeclaration(rawValue, .int, isNullable: false, bounds: 0...Int.max)
      case .status: FieldDeclaration(rawValue, .int, bounds: 0...999)
      case .error: FieldDeclaration(rawValue, .string, codes: RequestError.Code.allCases.map(\.rawValue))
      case .ok: FieldDeclaration(rawValue, .bool, isNullable: false)
      case .reason: FieldDeclaration(rawValue, .string)
      }
    }

    var column: Column {
      let index = Self.allCases.firstIndex(of: self) ?? 0
      return Column(name: rawValue, index: index, type: declaration.type, isNullable: declaration.isNullable)
    }
  }

  package static let declarations = Field.allCases.map(\.declaration)

  static func value(_ field: Field, of row: Record) -> Value {
    Field.allCases.firstIndex(of: field).map { row.values[$0] } ?? .null
  }
}

/// What came of a page that was asked for.
struct PageOutcome: Hashable, Sendable {
  /// The answer's; `nil` for none.
  var status: Int?
  /// `code: message`.
  var error: String?
  /// Why nobody can follow where it redirects to.
  var deadEnd: String?
  /// Whether there was no connection to its host.
  var isWithoutConnection = false

  init(status: Int? = nil, error: RequestError? = nil, deadEnd: String? = nil) {
    self.init(
      status: status, error: error?.description, deadEnd: deadEnd,
      isWithoutConnection: error?.circumstance.isWithoutConnection ?? false)
  }

  init(status: Int?, error: String?, deadEnd: String?, isWithoutConnection: Bool) {
    self.status = status
    self.error = error
    self.deadEnd = deadEnd
    self.isWithoutConnection = isWithoutConnection
  }

  /// Whether the page is broken. Who does not want to say (429, 503, robots.txt) has not said so; nor is known what may
  /// not be asked.
  var isBroken: Bool { reason == nil && (error != nil || status.map { $0 >= 400 } ?? true) }

  /// Why nothing is known of the page, though it was asked for.
  var reason: String? {
    if let deadEnd { return deadEnd }
    // A host without connections has no robots.txt either, and is broken as any other.
    let isUnasked = error.map { error in
      [RequestError.Code.robots, .forbidden].contains { error.hasPrefix($0.rawValue + ":") }
    }
    if isUnasked == true, !isWithoutConnection { return error }
    guard let status, status == 429 || status == 503 else { return nil }
    return "not known: the server answered \(status)"
  }
}

/// What a page says of one of its links.
struct LinkDetails: Hashable, Sendable {
  static let elements = ["a", "area", "iframe", "frame", "link", "meta", "header", "other"]
  static let landmarks: [PageFacts.Landmark] = [.nav, .header, .footer, .main]

  /// The URL as the page has it, resolved; what is written there if it is none.
  var url: String
  /// Why it is not a URL.
  var fault: String?
  var element: String
  /// What the link shows.
  var text: String?
  var rel: String?
  /// The innermost landmark that it is in.
  var landmark: PageFacts.Landmark?
  /// Where its tag begins in the page's source.
  var line: Int?
  var column: Int?
}

/// The value of a field of a record.
package enum Value: Hashable, Sendable {
  case null
  case bool(Bool)
  case int(Int)
  case double(Double)
  case string(String)
  case list(ValueList)
  /// A JSON text (RFC 8259), compact, whose structure nobody here looks into.
  case json(String)
}

/// What values a field can have; any field can be null as well.
package struct FieldType: Hashable, Sendable {
  package enum Element: String, Hashable, Sendable {
    case string, int, number, bool, date, url, json
  }

  package let element: Element
  package let isList: Bool

  package init(_ element: Element, isList: Bool = false) {
    self.element = element
    self.isList = isList
  }

  package static let string = FieldType(.string)
  package static let int = FieldType(.int)
  package static let number = FieldType(.number)
  package static let bool = FieldType(.bool)
  package static let url = FieldType(.url)
  package static let date = FieldType(.date)
  package static let json = FieldType(.json)

  /// What a message calls it.
  package var name: String {
    let one =
      switch element {
      case .string: "text"
      case .int: "whole number"
      case .number: "number"
      case .bool: "boolean"
      case .date: "date"
      case .url: "URL"
      case .json: "JSON"
      }
    return isList ? "list of \(one)s" : one
  }
}

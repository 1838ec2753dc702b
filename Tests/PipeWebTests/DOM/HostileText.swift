import Testing

/// A text made to take long, with a name that is short.
struct HostileText: CustomTestStringConvertible, Sendable {
  let text: String

  init(_ text: String) { self.text = text }

  var bytes: [UInt8] { Array(text.utf8) }

  var testDescription: String {
    let start = text.unicodeScalars.prefix(40).reduce(into: "") { $0 += $1.escaped(asASCII: true) }
    return "\(start)… (\(text.utf8.count) bytes)"
  }
}

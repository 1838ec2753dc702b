internal import PipeEngine
internal import PipeSpec
internal import PipeWeb

/// A piece of HTML, or of SVG in it. What is interpolated is text, whatever it holds; only other markup goes in as it is.
///
///     let row: Markup = "<tr><td>\(link: url)<td>\(title)"
///
/// Its literals are static strings, so that no text can be taken for one by mistake.
package struct Markup: ExpressibleByStringInterpolation, Hashable, Sendable {
  package private(set) var html: String

  package init(stringLiteral literal: StaticString) { html = literal.description }

  package init(stringInterpolation: StringInterpolation) { html = stringInterpolation.html }

  package init() { html = "" }

  /// Characters of a text that are shown, unless another number is given.
  package static let longest = 500

  package var isEmpty: Bool { html.isEmpty }

  package static func + (left: Markup, right: Markup) -> Markup {
    var sum = left
    sum.html += right.html
    return sum
  }

  package static func += (left: inout Markup, right: Markup) { left.html += right.html }

  package struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var html: String

    package init(literalCapacity: Int, interpolationCount: Int) {
      html = ""
      html.reserveCapacity(literalCapacity + interpolationCount * 16)
    }

    package mutating func appendLiteral(_ literal: StaticString) {
      literal.withUTF8Buffer { html += String(decoding: $0, as: UTF8.self) }
    }

    package mutating func appendInterpolation(_ markup: Markup) { html += markup.html }

    package mutating func appendInterpolation(_ parts: [Markup]) { for part in parts { html += part.html } }

    /// A text of anybody's.
    package mutating func appendInterpolation(_ text: String, upTo longest: Int = Markup.longest) {
      html.append(escaping: text, upTo: longest)
    }

    package mutating func appendInterpolation(_ number: Int) { html += number.grouped }

    /// A place or a length in a drawing, to a tenth.
    package mutating func appendInterpolation(at place: Double) {
      let tenths = place.isFinite ? (min(max(place, -1e6), 1e6) * 10).rounded() : 0
      html += tenths.remainder(dividingBy: 10) == 0 ? "\(Int(tenths / 10))" : "\(tenths / 10)"
    }

    /// A link, if the URL is one for http or https; else the text alone.
    package mutating func appendInterpolation(link url: String, text: String? = nil) {
      let text = text ?? url
      guard url.utf8.count <= Markup.longestLink, case .success(let target) = WebURL.forFetching(url) else {
        return appendInterpolation(text)
      }
      html += "<a href=\""
      html.append(escaping: target.href, upTo: .max)
      html += "\" rel=\"noreferrer noopener nofollow\">"
      appendInterpolation(text)
      html += "</a>"
    }
  }

  /// Bytes of a URL that can be followed.
  fileprivate static let longestLink = 2000
}

extension String {
  /// Appends a text such that a browser shows it as that text, in an element or in an attribute between quotes.
  ///
  /// What cannot be seen and what would turn the direction of the text around is shown by its number.
  fileprivate mutating func append(escaping text: String, upTo longest: Int) {
    var count = 0
    for scalar in text.unicodeScalars {
      if count >= longest {
        self += "…"
        return
      }
      count += 1
      switch scalar {
      case "&": self += "&amp;"
      case "<": self += "&lt;"
      case ">": self += "&gt;"
      case "\"": self += "&quot;"
      case "'": self += "&#39;"
      case "\n", "\r", "\t", "\u{2028}", "\u{2029}": self += " "
      default:
        // Noncharacters are errors in HTML, and nothing that one can see.
        if scalar.value & 0xFFFE == 0xFFFE || (0xFDD0...0xFDEF).contains(scalar.value) {
          self += "\u{FFFD}"
        } else if scalar.value < 0x7F {
          if scalar.value < 0x20 { self += TerminalCell.shown(String(scalar)) } else { unicodeScalars.append(scalar) }
        } else {
          self += TerminalCell.shown(String(scalar))
        }
      }
    }
  }
}

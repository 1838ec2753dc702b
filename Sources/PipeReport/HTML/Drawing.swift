internal import PipeEngine

/// What charts are drawn with: SVG whose colours and places are attributes, since a policy that forbids styles does not
/// forbid these.
enum Drawing {
  /// Units of every drawing: a phone shows them about as they are, and a wide page half as large again.
  static let width = 340.0

  /// Colours that stand out from white and from black alike, and that people tell apart who do not see all colours: they
  /// differ in lightness where they do not in hue.
  enum Colour: String {
    case accent = "#3b7dd8"
    case grey = "#858b94"
    case orange = "#c9781b"
    case red = "#b53345"
    case purple = "#8a5cc2"
    case pale = "#6fa3e6"
    case text = "CanvasText"

    var markup: Markup {
      switch self {
      case .accent: "#3b7dd8"
      case .grey: "#858b94"
      case .orange: "#c9781b"
      case .red: "#b53345"
      case .purple: "#8a5cc2"
      case .pale: "#6fa3e6"
      case .text: "CanvasText"
      }
    }
  }

  enum Anchor {
    case start, middle, end

    var markup: Markup {
      switch self {
      case .start: "start"
      case .middle: "middle"
      case .end: "end"
      }
    }
  }

  /// An image with a name.
  ///
  /// - Parameters:
  ///   - id: A name that no other element of the page has.
  ///   - finding: What it shows, in a sentence.
  static func image(_ id: Markup, _ title: String, finding: String, height: Double, _ parts: [Markup]) -> Markup {
    """
    <svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 \(at: width) \(at: height)" width="\(at: width)" role="img" \
    aria-labelledby="\(id)-title \(id)-finding" font-family="system-ui, sans-serif" font-size="10">\
    <title id="\(id)-title">\(title)</title><desc id="\(id)-finding">\(finding)</desc>\(parts)</svg>
    """
  }

  static func text(
    _ x: Double, _ y: Double, _ text: String, _ anchor: Anchor = .start, isStrong: Bool = false, upTo longest: Int = 60
  ) -> Markup {
    let weight: Markup = isStrong ? " font-weight=\"600\"" : ""
    return
      "<text x=\"\(at: x)\" y=\"\(at: y)\" text-anchor=\"\(anchor.markup)\" fill=\"CanvasText\"\(weight)>\(text, upTo: longest)</text>"
  }

  static func rectangle(
    _ x: Double, _ y: Double, _ width: Double, _ height: Double, _ colour: Colour, round: Double = 0
  ) -> Markup {
    let corners: Markup = round > 0 ? " rx=\"\(at: round)\"" : ""
    return
      "<rect x=\"\(at: x)\" y=\"\(at: y)\" width=\"\(at: max(0, width))\" height=\"\(at: max(0, height))\" fill=\"\(colour.markup)\"\(corners)/>"
  }

  static func box(_ x: Double, _ y: Double, _ width: Double, _ height: Double) -> Markup {
    "<rect x=\"\(at: x)\" y=\"\(at: y)\" width=\"\(at: width)\" height=\"\(at: height)\" rx=\"4\" fill=\"none\" stroke=\"#858b94\"/>"
  }

  /// A fine line that helps the eye.
  static func rule(_ x1: Double, _ y1: Double, _ x2: Double, _ y2: Double) -> Markup {
    "<path d=\"M\(at: x1) \(at: y1)L\(at: x2) \(at: y2)\" stroke=\"#858b94\" stroke-opacity=\".35\"/>"
  }

  /// The least of 1, 2, 5 times a power of ten that is not below a value.
  static func ceiling(_ value: Double) -> Double {
    guard value.isFinite, value > 0 else { return 1 }
    var decade = 1.0
    while decade * 10 <= value { decade *= 10 }
    while decade > value { decade /= 10 }
    return [1, 2, 5, 10].map { $0 * decade }.first { $0 >= value * 0.999_999 } ?? value
  }

  /// Seconds on an axis: `12 s`, `5 min`, `3 h`.
  static func seconds(_ seconds: Double) -> String {
    if seconds < 1 { return seconds == 0 ? "0" : "\(Int((seconds * 1000).rounded())) ms" }
    if seconds < 120 { return "\(number(seconds)) s" }
    if seconds < 7200 { return "\(number(seconds / 60)) min" }
    return seconds < 172_800 ? "\(number(seconds / 3600)) h" : "\(number(seconds / 86400)) d"
  }

  /// A number to a tenth, if it has a fraction worth it.
  static func number(_ value: Double) -> String {
    guard value.isFinite, abs(value) < 1e15 else { return "∞" }
    if abs(value) >= 100 || value.rounded() == value { return Int(value.rounded()).grouped }
    let tenths = (value * 10).rounded() / 10
    return tenths.rounded() == tenths ? Int(tenths).grouped : "\(tenths)"
  }

  /// The places where a time axis is marked: 0 and a few round steps.
  static func steps(upTo seconds: Double) -> [Double] {
    let units: [Double] = [
      0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200, 86_400,
    ]
    var step = units.first { seconds / $0 <= 5 } ?? 86_400
    while seconds / step > 5 { step *= 2 }
    return Array(stride(from: 0, through: seconds, by: step))
  }
}

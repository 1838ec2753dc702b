import PipeTesting
import PipeWeb

/// What an `XMLReader` reads, in one line: `a[x=1](b,'text')`.
struct ReadXML: Equatable {
  var text = ""
  var faults: XMLReader.Faults = []
  private var needsComma = false

  /// - Parameter pieces: How the bytes are cut; each is at least one byte long.
  init(_ bytes: [UInt8], bounds: XMLReader.Bounds = XMLReader.Bounds(), pieces: (Int) -> Int = { _ in .max }) {
    var reader = XMLReader(bounds: bounds)
    for piece in bytes.pieces(pieces) { piece.withUnsafeBufferPointer { reader.read($0) { add($0) } } }
    reader.finish { add($0) }
    faults = reader.faults
  }

  private mutating func add(_ event: XMLEvent) {
    switch event {
    case .start(let element):
      separate()
      text += element.name.qualified
      if !element.attributes.isEmpty {
        let attributes = element.attributes.map { "\($0.name.qualified)=\($0.value)" }
        text += "[" + attributes.joined(separator: ",") + "]"
      }
      text += "("
      needsComma = false
    case .text(let string, let isWhole):
      separate()
      text += "'\(string)'" + (isWhole ? "" : "…")
    case .end:
      // No content, no parentheses.
      if text.hasSuffix("(") { text.removeLast() } else { text += ")" }
      needsComma = true
    }
  }

  private mutating func separate() {
    if needsComma { text += "," }
    needsComma = true
  }
}

extension [UInt8] {
  /// Cut into pieces, the lengths of which a function tells.
  func pieces(_ length: (Int) -> Int) -> [[UInt8]] {
    var pieces: [[UInt8]] = []
    var start = 0
    while start < count {
      let end = Swift.min(count - start, Swift.max(1, length(pieces.count))) + start
      pieces.append(Array(self[start..<end]))
      start = end
    }
    return pieces
  }
}

import PipeEngine

/// The text of an input as UTF-8, piece by piece.
///
/// A byte order mark tells UTF-16 and UTF-32, and without one the zero bytes of the first characters do: the first two
/// of any list are ASCII (RFC 4627, 3). Everything else passes as it is. Rows that are not valid UTF-8 are the readers'
/// to judge, a row at a time.
struct InputText {
  enum Form: Hashable, Sendable {
    case utf8
    case utf16(isLittle: Bool)
    case utf32(isLittle: Bool)

    /// Bytes of a unit.
    var size: Int {
      switch self {
      case .utf8: 1
      case .utf16: 2
      case .utf32: 4
      }
    }

    var name: String {
      switch self {
      case .utf8: "UTF-8"
      case .utf16: "UTF-16"
      case .utf32: "UTF-32"
      }
    }
  }

  private let name: String
  /// `nil` until it is known.
  private(set) var form: Form?
  /// What the spec says that it is.
  private let given: Form?
  /// The first bytes until the form is known; then those of a unit that is not whole.
  private var rest: [UInt8] = []
  private var highSurrogate: UInt32?
  private var line = 1

  /// - Parameter given: What the text is, if the first bytes are not to tell; only a mark of UTF-16 in it is believed more.
  init(name: String, form given: Form? = nil) {
    self.name = name
    self.given = given
  }

  /// Goes on behind the first bytes.
  init(name: String, goingOnAt start: InputMarking.Start) {
    self.name = name
    given = nil
    (form, line) = (start.form, start.row.line + 1)
  }

  /// Bytes of the input that were taken for the end of the text, and for what is not text yet.
  ///
  /// - Parameter tail: The end of what `take` has given last.
  func inputBytes(of tail: ArraySlice<UInt8>) -> Int {
    let size = form?.size ?? 1
    if size == 1 { return tail.count + rest.count }
    var units = highSurrogate == nil ? 0 : 1
    for byte in tail where byte & 0xC0 != 0x80 { units += size == 2 && byte >= 0xF0 ? 2 : 1 }
    return units * size + rest.count
  }

  /// The text of the next piece.
  ///
  /// - Throws: `RunError` where it is not text.
  mutating func take(_ piece: ArraySlice<UInt8>) throws(RunError) -> ArraySlice<UInt8> {
    if case .utf8 = form { return piece }
    var bytes = rest + piece
    rest = []
    if form == nil {
      if bytes.count < 4 {
        rest = bytes
        return []
      }
      try begin(&bytes)
    }
    return try text(of: bytes)
  }

  /// What the end of the input completes.
  mutating func finish() throws(RunError) -> ArraySlice<UInt8> {
    var bytes = rest
    rest = []
    if form == nil { try begin(&bytes) }
    let text = try text(of: bytes)
    if !rest.isEmpty || highSurrogate != nil {
      throw RunError(
        name, "ends in the middle of a character of \(form?.name ?? "its text")",
        hint: "it was perhaps not copied to its end")
    }
    return text
  }

  /// Tells the form by the first bytes, and takes the mark of UTF-16 and UTF-32 away.
  private mutating func begin(_ bytes: inout [UInt8]) throws(RunError) {
    let zeros = bytes.prefix(4).map { $0 == 0 }
    var (form, mark): (Form, Int) =
      if bytes.starts(with: [0xFF, 0xFE, 0, 0]) {
        (.utf32(isLittle: true), 4)
      } else if bytes.starts(with: [0, 0, 0xFE, 0xFF]) {
        (.utf32(isLittle: false), 4)
      } else if bytes.starts(with: [0xFF, 0xFE]) {
        (.utf16(isLittle: true), 2)
      } else if bytes.starts(with: [0xFE, 0xFF]) {
        (.utf16(isLittle: false), 2)
      } else {
        switch zeros {
        case [false, true, true, true]: (.utf32(isLittle: true), 0)
        case [true, true, true, false]: (.utf32(isLittle: false), 0)
        case [false, true, false, true], [false, true]: (.utf16(isLittle: true), 0)
        case [true, false, true, false], [true, false]: (.utf16(isLittle: false), 0)
        default: (.utf8, 0)
        }
      }
    if let given, given.size == 1 || form.size != given.size || mark == 0 { (form, mark) = (given, 0) }
    if zeros.count == 4, zeros.allSatisfy(\.self) {
      throw RunError(name, "is not text: it begins with NUL bytes", hint: "is it a list of URLs?")
    }
    if case .utf8 = form, let fault = ForeignFormat.binaryFault(in: bytes, of: name) { throw fault }
    bytes.removeFirst(mark)
    self.form = form
  }

  private mutating func text(of bytes: [UInt8]) throws(RunError) -> ArraySlice<UInt8> {
    let (size, isLittle): (Int, Bool)
    switch form {
    case .utf16(let little): (size, isLittle) = (2, little)
    case .utf32(let little): (size, isLittle) = (4, little)
    case .utf8, nil: return bytes[...]
    }
    var text: [UInt8] = []
    text.reserveCapacity(bytes.count * 3 / size + 4)
    var index = 0
    while index + size <= bytes.count {
      var unit: UInt32 = 0
      for offset in 0..<size {
        unit = unit << 8 | UInt32(bytes[isLittle ? index + size - 1 - offset : index + offset])
      }
      index += size
      guard let scalar = try scalar(of: unit) else { continue }
      if scalar == "\n" { line += 1 }
      text += Array(String(Character(scalar)).utf8)
    }
    rest = Array(bytes[index...])
    return text[...]
  }

  /// The character that a unit completes; `nil` for the first half of one (RFC 2781, 2.2).
  private mutating func scalar(of unit: UInt32) throws(RunError) -> Unicode.Scalar? {
    let high = highSurrogate
    highSurrogate = nil
    if case .utf16 = form {
      switch (high, unit) {
      case (nil, 0xD800...0xDBFF):
        highSurrogate = unit
        return nil
      case (let high?, 0xDC00...0xDFFF):
        if let scalar = Unicode.Scalar(0x10000 + (high - 0xD800) << 10 + (unit - 0xDC00)) { return scalar }
      case (nil, _): if let scalar = Unicode.Scalar(unit) { return scalar }
      default: break
      }
    } else if let scalar = Unicode.Scalar(unit) {
      return scalar
    }
    throw RunError(name, "is not valid \(form?.name ?? "text") in line \(line)", hint: "save it as UTF-8")
  }
}

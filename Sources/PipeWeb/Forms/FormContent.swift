/// Names and values of a form, as its encodings have them (WHATWG HTML 4.10.22.6 to 8).
struct FormContent {
  private let entries: [(name: [UInt8], value: [UInt8])]

  /// - Parameter encoding: That of the form; UTF-8 for those in which nothing is sent.
  init(_ entries: [(name: String, value: String)], in encoding: CharacterEncoding) {
    self.entries = entries.map { name, value in
      (Self.encoded(name, in: encoding), Self.encoded(value, in: encoding))
    }
  }

  func bytes(in encoding: PageForm.Encoding, boundary: String) -> [UInt8] {
    switch encoding {
    case .urlEncoded: urlEncoded
    case .multipart: multipart(boundary)
    case .plain: entries.flatMap { $0.name + [UInt8(ascii: "=")] + $0.value + Self.lineEnd }
    }
  }

  var urlEncoded: [UInt8] { URLText.form(entries) }

  /// RFC 7578.
  private func multipart(_ boundary: String) -> [UInt8] {
    var bytes: [UInt8] = []
    for entry in entries {
      bytes += "--\(boundary)\r\nContent-Disposition: form-data; name=\"".utf8
      for byte in entry.name {
        switch byte {
        case UInt8(ascii: "\""): bytes += "%22".utf8
        case 0x0D: bytes += "%0D".utf8
        case 0x0A: bytes += "%0A".utf8
        default: bytes.append(byte)
        }
      }
      bytes += "\"\r\n\r\n".utf8
      bytes += entry.value + Self.lineEnd
    }
    return bytes + "--\(boundary)--\r\n".utf8
  }

  private static let lineEnd: [UInt8] = [0x0D, 0x0A]

  /// A text with its line ends as CR LF, and with references for the characters that the encoding does not have.
  private static func encoded(_ text: String, in encoding: CharacterEncoding) -> [UInt8] {
    var bytes: [UInt8] = []
    var encoder = CharacterEncoder(encoding)
    var isBehindReturn = false
    func append(_ scalar: Unicode.Scalar) {
      guard encoder != nil else {
        bytes += Array(String(Character(scalar)).utf8)
        return
      }
      if encoder?.append(scalar, to: &bytes) != nil { bytes += "&#\(scalar.value);".utf8 }
    }
    for scalar in text.unicodeScalars {
      if scalar == "\n", !isBehindReturn { append("\r") }
      if isBehindReturn, scalar != "\n" { append("\n") }
      append(scalar)
      isBehindReturn = scalar == "\r"
    }
    if isBehindReturn { append("\n") }
    encoder?.finish(&bytes)
    return bytes
  }
}

extension CharacterEncoding {
  /// The name of the encoding that forms are sent in (WHATWG Encoding 4.3, "get an output encoding").
  var nameOfOutput: String { CharacterEncoder(self) == nil ? "UTF-8" : name }
}

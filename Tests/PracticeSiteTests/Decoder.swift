import Glibc

/// Text in an old encoding, read by the C library: another's tables than those that the site writes with.
enum Decoder {
  struct Failure: Error {
    let charset: String
  }

  /// The text of `bytes`, which must be well formed; a byte order mark is dropped.
  static func decode(_ bytes: [UInt8], from charset: String) throws -> String {
    let name =
      ["windows-1252": "CP1252", "windows-1251": "CP1251", "Shift_JIS": "CP932"][charset] ?? charset
    let converter = iconv_open("UTF-8", name)
    guard let converter, converter != iconv_t(bitPattern: -1) else {
      throw Failure(charset: charset)
    }
    defer { iconv_close(converter) }
    var input = bytes.map { CChar(bitPattern: $0) }
    var output: [CChar] = Array(repeating: 0, count: bytes.count * 4)
    let count = input.withUnsafeMutableBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output -> Int? in
        var from = input.baseAddress
        var to = output.baseAddress
        var left = input.count
        var room = output.count
        return iconv(converter, &from, &left, &to, &room) == Int.max.magnitude * 2 + 1
          ? nil : output.count - room
      }
    }
    guard let count else { throw Failure(charset: charset) }
    let text = String(decoding: output[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    return text.unicodeScalars.first == "\u{FEFF}" ? String(text.unicodeScalars.dropFirst()) : text
  }
}

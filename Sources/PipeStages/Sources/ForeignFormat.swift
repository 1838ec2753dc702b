import PipeEngine
import PipeWeb

/// Files that are not lists and would be read as lists of nonsense: told by their first bytes, with what to do instead.
struct ForeignFormat {
  private enum Byte {
    case one(UInt8)
    case anyOf([UInt8])

    func matches(_ byte: UInt8) -> Bool {
      switch self {
      case .one(let own): own == byte
      case .anyOf(let own): own.contains(byte)
      }
    }
  }

  let name: String
  let hint: String
  private let magic: [Byte]

  enum Recognition {
    /// Too few bytes have come to tell.
    case tooShort
    case none
    case found(ForeignFormat)
  }

  /// What an input that begins with these bytes is.
  static func recognize(_ bytes: ArraySlice<UInt8>) -> Recognition {
    for format in all where zip(format.magic, bytes).allSatisfy({ $0.matches($1) }) {
      if bytes.count < format.magic.count { return .tooShort }
      return .found(format.isZip ? archive(holding: bytes) : format)
    }
    return .none
  }

  var fault: CompressionFault { CompressionFault(reason: "is \(name), not a list", hint: hint) }

  private var isZip: Bool { name == Self.archive.name }

  /// What a zip archive holds, by the names of its first files (APPNOTE 4.3.7).
  private static func archive(holding bytes: ArraySlice<UInt8>) -> ForeignFormat {
    let start = bytes.prefix(4096)
    func holds(_ name: String) -> Bool { Array(start).firstRange(of: Array(name.utf8)) != nil }
    if holds("opendocument") { return workbook("an OpenDocument file (ods)") }
    if holds("xl/") { return workbook("an Excel workbook (xlsx)") }
    return holds("[Content_Types].xml") ? workbook("an Office document, such as an Excel workbook (xlsx)") : archive
  }

  private static func workbook(_ name: String) -> ForeignFormat {
    ForeignFormat(name, "save the sheet as CSV, and write format: csv", [])
  }

  private static let archive = ForeignFormat(
    "a zip archive", "unpack it first: unzip -p FILE writes what it holds",
    text("PK") + [.anyOf([3, 5, 7]), .anyOf([4, 6, 8])])

  /// By their specifications; `file(1)` has the same. No text of URLs begins so.
  private static let all = [
    archive,
    ForeignFormat(
      "a bzip2 file", "recompress it: bzcat FILE | gzip > FILE.gz",
      text("BZh") + [.anyOf(Array(0x31...0x39))] + text("1AY&SY")),
    ForeignFormat("an xz file", "recompress it: xzcat FILE | gzip > FILE.gz", [0xFD].map { .one($0) } + text("7zXZ\0")),
    ForeignFormat("an lzma file", "recompress it: lzcat FILE | gzip > FILE.gz", [0x5D, 0, 0].map { .one($0) }),
    ForeignFormat(
      "an lz4 file", "recompress it: lz4cat FILE | gzip > FILE.gz", [0x04, 0x22, 0x4D, 0x18].map { .one($0) }),
    ForeignFormat(
      "an lz4 file", "recompress it: lz4cat FILE | gzip > FILE.gz", [0x02, 0x21, 0x4C, 0x18].map { .one($0) }),
    ForeignFormat("a file of compress", "recompress it: zcat FILE | gzip > FILE.gz", [0x1F, 0x9D].map { .one($0) }),
    ForeignFormat("zlib data without the head of gzip", "write it as gzip", [.one(0x78), .anyOf([0x01, 0x9C, 0xDA])]),
    ForeignFormat("a 7z archive", "unpack it first: 7z x FILE", [0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C].map { .one($0) }),
    ForeignFormat("a rar archive", "unpack it first: unrar x FILE", text("Rar!\u{1A}\u{7}")),
    ForeignFormat(
      "an SQLite database", "read it by sqlite: {path: FILE, query: \"SELECT …\"}", text("SQLite format 3\0")),
    ForeignFormat("a PDF document", "write its URLs into a text file, one a line", text("%PDF-")),
    ForeignFormat(
      "an old Office document, such as an Excel workbook (xls)", "save the sheet as CSV, and write format: csv",
      [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1].map { .one($0) }),
    ForeignFormat("a Parquet file", "export it as CSV or JSON lines", text("PAR1")),
    ForeignFormat("an Avro file", "export it as CSV or JSON lines", text("Obj\u{1}")),
    ForeignFormat("an Arrow file", "export it as CSV or JSON lines", text("ARROW1\0\0")),
    ForeignFormat("a PNG image", "name a list of URLs", [0x89].map { .one($0) } + text("PNG\r\n\u{1A}\n")),
    ForeignFormat("a JPEG image", "name a list of URLs", [0xFF, 0xD8, 0xFF].map { .one($0) }),
    ForeignFormat("a program", "name a list of URLs", [0x7F].map { .one($0) } + text("ELF")),
  ]

  private init(_ name: String, _ hint: String, _ magic: [Byte]) {
    (self.name, self.hint, self.magic) = (name, hint, magic)
  }

  private static func text(_ text: String) -> [Byte] { text.utf8.map { .one($0) } }
}

extension ForeignFormat {
  /// What to say of bytes that no text begins with. Brotli has no first bytes of its own (RFC 7932, 9.1), and neither
  /// has most of what is not text: neither UTF-8 nor free of control characters.
  static func binaryFault(in bytes: [UInt8], of name: String) -> RunError? {
    let start = bytes.prefix(1024)
    let controls = start.count { $0 < 0x20 && !(0x09...0x0D).contains($0) && $0 != 0x1A && $0 != 0x1E || $0 == 0x7F }
    guard controls > 0, controls * 64 > start.count, !isUTF8(start, isCut: bytes.count > start.count) else {
      return nil
    }
    return name.lowercased().hasSuffix(".br")
      ? RunError(name, "is a brotli file, which is not read", hint: "recompress it: brotli -dc FILE | gzip > FILE.gz")
      : RunError(
        name, "is not text: it holds control characters and bytes that are not UTF-8", hint: "is it a list of URLs?")
  }

  /// - Parameter isCut: Whether the last character may be cut off.
  private static func isUTF8(_ bytes: ArraySlice<UInt8>, isCut: Bool) -> Bool {
    if String(validating: bytes, as: UTF8.self) != nil { return true }
    return isCut && (1...3).contains { String(validating: bytes.dropLast($0), as: UTF8.self) != nil }
  }
}

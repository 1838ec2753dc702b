import PipeStorage
import PipeText

// What the journal has of a file that is being read. The bytes of both parts begin with their version, 1; numbers are LEB128.

/// A place in the content of a file, where a row begins.
struct InputPlace: Hashable, Sendable {
  private static let version: UInt8 = 1

  /// Bytes of content before it, decompressed.
  var offset = 0
  /// The checksum of these.
  var sum: UInt32 = 0
  var row = RowPlace()

  /// The start.
  init() {}

  init(offset: Int, sum: CRC32, row: RowPlace) {
    (self.offset, self.sum, self.row) = (offset, sum.value, row)
  }

  var bytes: [UInt8] {
    var bytes = [Self.version, row.isAfterReturn ? 1 : 0]
    for number in [offset, Int(sum), row.line] { bytes.append(varint: number) }
    return bytes
  }

  /// - Returns: `nil` if the bytes are not those of a place.
  init?(_ bytes: [UInt8]) {
    var reader = ByteReader(bytes)
    guard reader.byte() == Self.version, let flags = reader.byte(), flags < 2, let offset = reader.count(),
      let sum = reader.count().flatMap({ UInt32(exactly: $0) }), let line = reader.count(), reader.isAtEnd
    else { return nil }
    (self.offset, self.sum) = (offset, sum)
    row = RowPlace(line: line, isAfterReturn: flags == 1)
  }
}

/// How far a file was read, and what tells whether it is still the same up to there.
///
/// The checksum is of the content, so that a list that was compressed anew, or has grown by another gzip member, is the same
/// list. CRC-32 checks a gigabyte a second and more; it is meant for people who edit a list, not for somebody who forges one.
struct InputReach: Hashable, Sendable {
  private static let version: UInt8 = 1

  /// The file as it was when it was opened.
  var file: FileState
  /// Whether the file is the same as long as the system says the same of it.
  var isSettled: Bool
  /// Bytes of content that were read, decompressed.
  var offset = 0
  /// The checksum of these.
  var sum: UInt32 = 0
  /// Lines that ended in it.
  var line = 0
  /// How its text is encoded; `nil` until it is known.
  var form: InputText.Form?
  /// Whether the file ended there in a row without a line break.
  var endsInRow = false

  init(_ file: FileState) { (self.file, isSettled) = (file, file.isSettled) }

  private static let forms: [InputText.Form?] = [
    nil, .utf8, .utf16(isLittle: true), .utf16(isLittle: false), .utf32(isLittle: true), .utf32(isLittle: false),
  ]

  var bytes: [UInt8] {
    let form = Self.forms.firstIndex(of: form) ?? 0
    let flags: UInt8 = (isSettled ? 1 : 0) | (endsInRow ? 2 : 0)
    var bytes = [Self.version, flags, UInt8(form)]
    file.append(to: &bytes)
    for number in [offset, Int(sum), line] { bytes.append(varint: number) }
    return bytes
  }

  /// - Returns: `nil` if the bytes are not those of a reach.
  init?(_ bytes: [UInt8]) {
    var reader = ByteReader(bytes)
    guard reader.byte() == Self.version, let flags = reader.byte(), flags < 4,
      let form = reader.byte().map(Int.init), Self.forms.indices.contains(form), let file = FileState(&reader),
      let offset = reader.count(), let sum = reader.count().flatMap({ UInt32(exactly: $0) }), let line = reader.count(),
      reader.isAtEnd
    else { return nil }
    (self.file, self.offset, self.sum, self.line, self.form) = (file, offset, sum, line, Self.forms[form])
    (isSettled, endsInRow) = (flags & 1 != 0, flags & 2 != 0)
  }
}

/// RFC 4180 out of chunks of bytes: records of fields.
///
/// As lenient as the common readers: LF, CR or CRLF end a record, a quote inside an unquoted field stands for
/// itself, text after a closing quote is kept. Blank lines are no records.
struct CSVParser {
  private enum State {
    case fieldStart, unquoted, quoted, quoteInQuoted
  }

  private let delimiter: UInt8
  private var state = State.fieldStart
  private var field: [UInt8] = []
  private var record: [String] = []
  private var isAfterReturn = false
  private var hasBytes = false
  /// Bytes of the record being read.
  private(set) var recordBytes = 0

  init(delimiter: UInt8 = UInt8(ascii: ",")) { self.delimiter = delimiter }

  mutating func parse(_ bytes: some Sequence<UInt8>, _ emit: ([String]) -> Void) {
    for byte in bytes {
      recordBytes += 1
      let isFeedOfReturn = isAfterReturn && byte == UInt8(ascii: "\n")
      isAfterReturn = false
      if isFeedOfReturn { continue }
      switch state {
      case .quoted:
        if byte == UInt8(ascii: "\"") { state = .quoteInQuoted } else { field.append(byte) }
      case .quoteInQuoted where byte == UInt8(ascii: "\""):
        field.append(byte)
        state = .quoted
      case .fieldStart where byte == UInt8(ascii: "\""):
        state = .quoted
        hasBytes = true
      default:
        switch byte {
        case delimiter:
          endField()
          hasBytes = true
        case UInt8(ascii: "\n"), UInt8(ascii: "\r"):
          isAfterReturn = byte == UInt8(ascii: "\r")
          endRecord(emit)
        default:
          field.append(byte)
          hasBytes = true
          state = .unquoted
        }
      }
    }
  }

  /// The record that the end completes.
  mutating func finish(_ emit: ([String]) -> Void) { endRecord(emit) }

  private mutating func endField() {
    record.append(String(decoding: field, as: UTF8.self))
    field.removeAll(keepingCapacity: true)
    state = .fieldStart
  }

  private mutating func endRecord(_ emit: ([String]) -> Void) {
    recordBytes = 0
    guard hasBytes else { return }
    endField()
    emit(record)
    record.removeAll(keepingCapacity: true)
    hasBytes = false
  }
}

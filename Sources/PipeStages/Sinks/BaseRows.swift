import PipeEngine
import PipeStorage
import PipeWeb

/// The rows of an output that a run has finished, one after the other, without those that are left out. What stands before them
/// (a header, and rows that were there before the run) stays.
///
/// Memory holds a piece of the file, however long a row is.
final class BaseRows {
  let base: SinkBase
  private let path: String
  private let file: any StoredFile
  /// Bytes of the file.
  private let size: Int
  private let format: RowFormat
  private let isCompressed: Bool
  private var scan: Scan
  /// The number of the row that comes next: less than 0 for what stands before the run's own.
  private var row = 0

  private static let pieceSize = 64 << 10

  /// Where in the file it is.
  private struct Scan {
    var place = 0
    var decoding = InputDecoding()
    var hasEnded = false
    var ends: RowEnds
    /// What is not looked at yet.
    var piece: ArraySlice<UInt8> = []
    var isInRow = false
  }

  /// - Throws: `RunError` if it has other rows than the run has written.
  init(
    of file: any StoredFile, _ opening: OutputOpening, _ format: RowFormat, _ base: SinkBase, upTo size: Int
  ) throws(RunError) {
    self.base = base
    path = opening.path
    self.file = file
    self.size = size
    self.format = format
    isCompressed = Compression(path: opening.path) != nil
    scan = Scan(ends: RowEnds(format))
    var count = 0
    while let piece = try nextPiece() { if piece.endsRow { count += 1 } }
    let earlier = count - base.rows
    let isWhole = opening.mode == .append ? earlier >= 0 : earlier == format.headerCount
    if scan.isInRow || !isWhole {
      throw RunError(
        path, "cannot be made anew: it has other rows than the run has written",
        hint: "put it back as it was, or begin anew with --restart")
    }
    scan = Scan(ends: RowEnds(format))
    row = -earlier
  }

  /// The next bytes of rows that stay, and whether a row ends with them; `nil` where a row begins that has a number, or behind
  /// the last one.
  func next(upTo end: Int) throws(RunError) -> (bytes: ArraySlice<UInt8>, endsRow: Bool)? {
    while row < end, let piece = try nextPiece() {
      let isLeftOut = row >= 0 && base.isLeftOut(row)
      if piece.endsRow { row += 1 }
      if !isLeftOut { return piece }
    }
    return nil
  }

  /// Bytes up to the end of a row, or as many as there are of it.
  private func nextPiece() throws(RunError) -> (bytes: ArraySlice<UInt8>, endsRow: Bool)? {
    while scan.piece.isEmpty { if try !read() { return nil } }
    let (end, endsRow) = scan.ends.next(in: scan.piece)
    defer { scan.piece = scan.piece[end...] }
    scan.isInRow = !endsRow
    return (scan.piece[..<end], endsRow)
  }

  /// Reads on.
  ///
  /// - Returns: Whether there is more to come.
  private func read() throws(RunError) -> Bool {
    do throws(CompressionFault) {
      if isCompressed, let piece = try scan.decoding.next() {
        scan.piece = piece
        return true
      }
      if scan.hasEnded { return false }
      let (place, count) = (scan.place, min(Self.pieceSize, size - scan.place))
      let bytes = count == 0 ? [] : try bytes(count, at: place).get()
      scan.place += bytes.count
      scan.hasEnded = bytes.isEmpty
      if !isCompressed {
        scan.piece = bytes[...]
      } else if bytes.isEmpty {
        try scan.decoding.end()
      } else {
        scan.decoding.take(bytes[...])
      }
      return true
    } catch {
      throw RunError(path, "cannot be read: \(error.reason)", hint: error.hint)
    }
  }

  private func bytes(_ count: Int, at place: Int) -> Result<[UInt8], CompressionFault> {
    do throws(StorageError) {
      return .success(try file.read(at: place, count: count))
    } catch {
      return .failure(CompressionFault(reason: error.reasonAlone, hint: nil))
    }
  }
}

/// Finds where rows end, piece by piece.
private struct RowEnds {
  private var state: CSVState?
  /// Bytes of a byte order mark at the start that have come; `nil` behind it.
  private var markCount: Int? = 0

  private static let mark: [UInt8] = [0xEF, 0xBB, 0xBF]

  init(_ format: RowFormat) {
    if case .csv(let dialect, _) = format { state = CSVState(delimiter: dialect.delimiter) }
  }

  /// Where the row ends that a piece begins in, or the piece.
  mutating func next(in piece: ArraySlice<UInt8>) -> (end: Int, endsRow: Bool) {
    guard var state else {
      let end = piece.firstIndex(of: UInt8(ascii: "\n"))
      return (end.map { $0 + 1 } ?? piece.endIndex, end != nil)
    }
    defer { self.state = state }
    for (index, byte) in zip(piece.indices, piece) {
      let meaning = state.take(byte)
      if let count = markCount {
        // What stands behind it may be a quote that opens a field.
        markCount = byte == Self.mark[count] ? count + 1 : nil
        if markCount == Self.mark.count {
          state.beginField()
          markCount = nil
        }
      }
      if byte == UInt8(ascii: "\n"), meaning == .recordEnd || meaning == .restOfEnd { return (index + 1, true) }
    }
    return (piece.endIndex, false)
  }
}

extension RowFormat {
  /// Lines before the first row of a file that has no others.
  fileprivate var headerCount: Int { if case .csv(let dialect, _) = self { dialect.hasHeader ? 1 : 0 } else { 0 } }
}

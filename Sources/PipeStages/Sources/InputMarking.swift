import PipeEngine
import PipeStorage
import PipeWeb

/// Marks the places of a file from which a run that goes on can read it, and finds out whether it is still the same file.
struct InputMarking {
  /// Where a file is gone on with, behind its first row.
  struct Start {
    let ordinal: Int
    let offset: Int
    let row: RowPlace
    let form: InputText.Form?
  }

  /// `nil` to read the file from its start.
  let start: Start?
  private let marks: SourceMarks
  /// How far the file was read in all sessions of the run.
  private var reach: InputReach
  /// Bytes of content so far, and their checksum.
  private var offset = 0
  private var sum = CRC32()
  private var last: (ordinal: Int, offset: Int)

  /// - Throws: `RunError` if it is not a regular file, or has changed in what was read already; `CancellationError` if the run
  ///   stops meanwhile.
  init(_ marks: SourceMarks, of file: InputFile, name: String) throws {
    self.marks = marks
    guard let state = file.state else {
      throw RunError(name, "is not a regular file any more", hint: Self.hint)
    }
    reach = InputReach(state)
    guard let given = marks.start else {
      (start, last) = (nil, (0, 0))
      marks.mark(0, InputPlace().bytes)
      marks.reach(reach.bytes)
      return
    }
    let place = given.place.isEmpty ? InputPlace() : InputPlace(given.place)
    guard let place, var earlier = InputReach(given.reach) else {
      throw RunError(name, "was read by another version of pipe", hint: Self.hint)
    }
    if !earlier.isSettled || earlier.file != state { try earlier.check(file, name: name) }
    (earlier.file, earlier.isSettled) = (reach.file, reach.isSettled)
    reach = earlier
    marks.reach(reach.bytes)
    try file.seek(to: 0)
    last = (given.ordinal, place.offset)
    if place.offset == 0 {
      start = nil
      return
    }
    start = Start(ordinal: given.ordinal, offset: place.offset, row: place.row, form: earlier.form)
    (offset, sum) = (place.offset, CRC32(goingOnFrom: place.sum))
  }

  fileprivate static let hint = "undo the change, or begin anew with --restart"

  /// A piece of content was read. Called before its rows are yielded, so that no request is under way that the journal does
  /// not know the input of.
  ///
  /// - Parameters:
  ///   - given: What the text decoder has given for it.
  ///   - ordinal: That of the first request behind its rows.
  mutating func note(
    _ piece: ArraySlice<UInt8>, as given: ArraySlice<UInt8>, of text: InputText, _ reader: any RowReader,
    next ordinal: Int
  ) {
    offset += piece.count
    let behind = bytesBehindPlace(given, text, reader, ordinal)
    if let behind, behind <= piece.count {
      sum = sum.adding(piece.dropLast(behind))
      marks.mark(ordinal, InputPlace(offset: offset - behind, sum: sum, row: reader.place).bytes)
      last = (ordinal, offset)
      sum = sum.adding(piece.suffix(behind))
    } else {
      sum = sum.adding(piece)
    }
    guard offset > reach.offset else { return }
    (reach.offset, reach.sum, reach.line) = (offset, sum.value, reader.place.line)
    (reach.form, reach.endsInRow) = (text.form, false)
    marks.reach(reach.bytes)
  }

  /// The file has ended.
  mutating func end(_ reader: any RowReader) {
    guard offset == reach.offset, offset > 0 else { return }
    reach.endsInRow = reader.openBytes != 0
    if reach.endsInRow { marks.reach(reach.bytes) }
  }

  /// If it is time for a place: how many bytes of the input are behind it.
  private func bytesBehindPlace(
    _ given: ArraySlice<UInt8>, _ text: InputText, _ reader: any RowReader, _ ordinal: Int
  ) -> Int? {
    // Of what comes before the first row, such as a header, the reader has more to know.
    guard ordinal > 0,
      ordinal - last.ordinal >= marks.distance.requests || offset - last.offset >= marks.distance.bytes,
      let open = reader.openBytes, open <= given.count
    else { return nil }
    return text.inputBytes(of: given.suffix(open))
  }
}

extension InputReach {
  /// Whether a file begins with what was read.
  ///
  /// - Throws: `RunError` if it does not.
  fileprivate func check(_ file: InputFile, name: String) throws {
    try file.seek(to: 0)
    var decoding = InputDecoding()
    var left = offset
    var sum = CRC32()
    /// The first bytes behind it.
    var next: [UInt8] = []
    let wanted = endsInRow ? form?.size ?? 1 : 0
    do {
      while left > 0 || next.count < wanted, let chunk = try file.readNow() {
        decoding.take(chunk)
        while let piece = try decoding.next() {
          try Task.checkCancellation()
          sum = sum.adding(piece.prefix(left))
          next += piece.dropFirst(left).prefix(wanted - next.count)
          left -= min(left, piece.count)
          if left == 0, next.count == wanted { break }
        }
      }
      if left > 0 { try decoding.end() }
    } catch let fault as CompressionFault where left > 0 {
      throw RunError(name, fault.reason, hint: InputMarking.hint)
    } catch is CompressionFault {
      // It is told where it is met.
    }
    let part = "the part that was already read" + (line > 0 ? " (line 1 to \(line.grouped))" : "")
    if left > 0 { throw RunError(name, "is shorter than \(part)", hint: InputMarking.hint) }
    if sum.value != self.sum { throw RunError(name, "has changed in \(part)", hint: InputMarking.hint) }
    if !next.isEmpty, !isLineBreak(next) {
      throw RunError(
        name, "goes on in line \((line + 1).grouped), which was its last one and was already read",
        hint: InputMarking.hint)
    }
  }

  /// Whether bytes are a whole unit of the text, and a line break.
  private func isLineBreak(_ bytes: [UInt8]) -> Bool {
    let isLittle =
      switch form {
      case .utf16(let isLittle), .utf32(let isLittle): isLittle
      case .utf8, nil: false
      }
    let ordered = isLittle ? bytes.reversed() : bytes
    return ordered.count == form?.size ?? 1 && ordered.dropLast().allSatisfy { $0 == 0 }
      && (ordered.last == 0x0A || ordered.last == 0x0D)
  }
}

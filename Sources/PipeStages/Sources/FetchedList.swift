import PipeEngine
import PipeStorage
import PipeWeb

/// A list that was fetched, in pieces, with gzip and zstd undone if it begins with them: a file that is compressed is sent
/// as it is.
///
/// It is read only as fast as its pages are fetched. Content that is not small waits for that in a file without a name, so
/// that the lists of several sources neither add up in memory nor wait for each other.
struct FetchedList {
  /// Where it is, redirects followed.
  let url: WebURL
  let mediaType: MediaType?
  private let content: Content
  private let size: Int
  private var decoding = InputDecoding()
  private var start = 0
  private var hasEnded = false
  private let answerFault: Unreadable?
  private var contentFault: Unreadable?

  private enum Content {
    case memory([UInt8])
    case file(any StoredFile)
  }

  static let pieceSize = 64 << 10
  /// The most bytes that are kept in memory.
  static let memoryLimit = 1 << 20

  /// - Parameters:
  ///   - answer: Not kept, as it holds the whole content.
  ///   - makeFile: Makes an empty file without a name; `nil` if there is none to be had.
  init(
    _ answer: SourceResponse, makeFile: () -> (any StoredFile)? = FetchedList.temporaryFile
  ) throws(Unreadable) {
    guard let response = answer.response else {
      throw Unreadable(answer.error?.message ?? "there is no answer")
    }
    guard response.status == 200 else { throw Unreadable("the status is \(response.status)") }
    url = answer.url
    mediaType = response.contentType.flatMap { MediaType(header: $0) }
    let limit = RequestPurpose.sitemap.contentLimit ?? 0
    answerFault =
      answer.error.map { Unreadable($0.message) }
      ?? (response.isTruncated ? Unreadable("it is longer than \(limit) bytes") : nil)
    size = response.body.count
    content = Self.stored(response.body, makeFile).map { .file($0) } ?? .memory(response.body)
  }

  private static func stored(_ bytes: [UInt8], _ makeFile: () -> (any StoredFile)?) -> (any StoredFile)? {
    guard bytes.count > memoryLimit, let file = makeFile() else { return nil }
    // What the disk does not take is kept as it is.
    do throws(StorageError) {
      try file.writeAll(bytes)
      return file
    } catch {
      return nil
    }
  }

  static func temporaryFile() -> (any StoredFile)? {
    for folder in TemporaryDisk.folders {
      if let file = try? SystemStorage().temporaryFile(in: folder) { return file }
    }
    return nil
  }

  /// Why it is not whole: it broke off, is longer than what is kept, or cannot be decompressed.
  var fault: Unreadable? { answerFault ?? contentFault }

  /// The next piece; `nil` at the end, and where the content cannot be read further (`fault`).
  ///
  /// - Throws: `CancellationError` if the run stops: a list may be long and yield nothing for as long.
  mutating func next() throws(CancellationError) -> ArraySlice<UInt8>? {
    if Task.isCancelled { throw CancellationError() }
    if contentFault != nil { return nil }
    do throws(CompressionFault) {
      while true {
        if let piece = try decoding.next() { return piece }
        if hasEnded || contentFault != nil { return nil }
        if start == size {
          try decoding.end()
          hasEnded = true
        } else {
          decoding.take(readOn())
        }
      }
    } catch {
      // Bytes behind whole data change none of it.
      if !error.isExcess { contentFault = Unreadable("the content \(error.reason)") }
      return nil
    }
  }

  private mutating func readOn() -> ArraySlice<UInt8> {
    let end = min(size, start + Self.pieceSize)
    defer { start = end }
    switch content {
    case .memory(let bytes): return bytes[start..<end]
    case .file(let file):
      do throws(StorageError) {
        let bytes = try file.read(at: start, count: end - start)
        if bytes.count == end - start { return bytes[...] }
        contentFault = Unreadable("its temporary file is shorter than it was")
      } catch {
        contentFault = Unreadable("its temporary file \(error.reason)")
      }
      return []
    }
  }
}

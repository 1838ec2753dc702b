internal import CLibcurl
internal import Synchronization

/// The heads of requests and answers as they went over the wire, in the order in which they did.
///
/// HTTP/2's are told in the form of HTTP/1.1, as libcurl makes frames of them. They hold credentials.
package final class WireLog: Sendable {
  package enum Direction: Sendable {
    case sent, received
  }

  package struct Part: Sendable {
    package let direction: Direction
    package var bytes: [UInt8]
  }

  /// Bytes that are kept; what comes later is dropped.
  private static let limit = 1 << 20

  private let storage = Mutex<(parts: [Part], bytes: Int)>(([], 0))

  package init() {}

  package var parts: [Part] { storage.withLock { $0.parts } }

  fileprivate func add(_ direction: Direction, _ bytes: UnsafeRawBufferPointer) {
    storage.withLock { storage in
      let kept = bytes.prefix(max(0, Self.limit - storage.bytes))
      storage.bytes += kept.count
      if kept.isEmpty { return }
      // Answers come line by line.
      if let last = storage.parts.indices.last, storage.parts[last].direction == direction, direction == .received {
        storage.parts[last].bytes += kept
      } else {
        storage.parts.append(Part(direction: direction, bytes: Array(kept)))
      }
    }
  }
}

extension TransferPlace {
  /// Has libcurl tell what it sends and receives besides content. The settings keep the log alive.
  func write(to log: WireLog) {
    pipe_easy_set_debug_function(handle) { _, kind, bytes, count, context in
      guard let context, let bytes else { return 0 }
      let direction: WireLog.Direction
      switch kind {
      case CURLINFO_HEADER_OUT: direction = .sent
      case CURLINFO_HEADER_IN: direction = .received
      default: return 0
      }
      Unmanaged<WireLog>.fromOpaque(context).takeUnretainedValue()
        .add(direction, UnsafeRawBufferPointer(start: bytes, count: count))
      return 0
    }
    pipe_easy_set_pointer(handle, CURLOPT_DEBUGDATA, Unmanaged.passUnretained(log).toOpaque())
    pipe_easy_set_long(handle, CURLOPT_VERBOSE, 1)
  }
}

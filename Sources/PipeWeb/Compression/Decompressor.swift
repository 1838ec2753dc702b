/// Undoes a compression piece by piece, in memory that does not grow with what comes.
///
/// Data is a sequence of members, each complete in itself: gzip members (RFC 1952, 2.2), zstd frames (RFC 8878, 3).
/// Formats without members have one.
package protocol Decompressor: AnyObject {
  /// Whether nothing has come since the last member ended: the data may end here.
  var isBetweenMembers: Bool { get }

  /// Decodes the start of some input into the given memory, at most to the end of a member, and removes what it has
  /// used up.
  ///
  /// As long as it fills the memory, there may be more without further input.
  func decode(_ input: inout UnsafeRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> DecodedPiece

  /// Forgets what has come, for other data.
  func reset()
}

/// What came of some compressed data.
package struct DecodedPiece {
  /// Bytes decoded.
  package let count: Int
  /// What is wrong with the data after them; nothing more comes of it then.
  package let fault: CompressionFault?

  init(_ count: Int, _ fault: CompressionFault? = nil) {
    self.count = count
    self.fault = fault
  }
}

/// What is wrong with compressed data, or keeps it from being read.
package struct CompressionFault: Error, Hashable, Sendable {
  /// A sentence about what has the data: `its gzip data is corrupt`.
  package let reason: String
  /// What the person could try.
  package let hint: String?
  /// Whether all members so far are whole, and what follows them is not another one.
  package let isExcess: Bool

  package init(reason: String, hint: String? = nil, isExcess: Bool = false) {
    self.reason = reason
    self.hint = hint
    self.isExcess = isExcess
  }

  static func noMemory(for format: String) -> CompressionFault {
    CompressionFault(reason: "there is no memory to read \(format) with")
  }

  static func excess(after format: String) -> CompressionFault {
    CompressionFault(reason: "something that is not \(format) follows its \(format) data", isExcess: true)
  }

  static func corrupt(_ format: String, _ detail: String?) -> CompressionFault {
    CompressionFault(reason: "its \(format) data is corrupt" + (detail.map { ": \($0)" } ?? ""))
  }

  static func dictionary(_ format: String) -> CompressionFault {
    CompressionFault(
      reason: "its \(format) data wants a dictionary", hint: "compress it again without a dictionary")
  }
}

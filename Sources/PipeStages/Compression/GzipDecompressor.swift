internal import CZlib

/// Gzip members decoded by zlib. Zeros between and after them are padding, as for `gzip` itself.
final class GzipDecompressor: Decompressor {
  // zlib keeps the address of the stream that it was begun with.
  private let stream: UnsafeMutablePointer<z_stream>
  private(set) var isBetweenMembers = true
  private var isFirst = true

  init() throws(CompressionFault) {
    stream = .allocate(capacity: 1)
    stream.initialize(to: z_stream())
    if pipe_gzip_begin_reading(stream) != Z_OK {
      stream.deallocate()
      throw CompressionFault(reason: "there is no memory to read gzip with")
    }
  }

  deinit {
    inflateEnd(stream)
    stream.deallocate()
  }

  func decode(
    _ input: inout ArraySlice<UInt8>, into output: UnsafeMutableRawBufferPointer
  ) throws(CompressionFault) -> Int {
    if isBetweenMembers {
      if !isFirst { input = input.drop { $0 == 0 } }
      guard let next = input.first else { return 0 }
      // ID1 (RFC 1952, 2.3.1); ID2 is zlib's to check, as the input may end between the two.
      if !isFirst, next != 0x1F {
        throw CompressionFault(reason: "something that is not gzip follows its gzip data")
      }
      isBetweenMembers = false
    }
    let (code, used, made) = input.withUnsafeBufferPointer { input in
      let (length, room) = (min(input.count, Int(Int32.max)), min(output.count, Int(Int32.max)))
      stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
      stream.pointee.avail_in = UInt32(length)
      stream.pointee.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
      stream.pointee.avail_out = UInt32(room)
      let code = inflate(stream, Z_NO_FLUSH)
      return (code, length - Int(stream.pointee.avail_in), room - Int(stream.pointee.avail_out))
    }
    input.removeFirst(used)
    switch code {
    // Nothing could be done: more input has to come.
    case Z_OK, Z_BUF_ERROR: break
    case Z_STREAM_END:
      inflateReset(stream)
      isBetweenMembers = true
      isFirst = false
    default:
      let detail = stream.pointee.msg.map { ": " + String(cString: $0) } ?? ""
      throw CompressionFault(reason: "its gzip data is corrupt" + detail)
    }
    return made
  }
}

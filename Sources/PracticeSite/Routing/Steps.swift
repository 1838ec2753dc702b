import NIOCore

/// One step of an answer.
enum Step {
  case send(ByteBuffer)
  case wait(TimeAmount)
}

/// The steps of an answer, made one at a time as the connection takes them: an answer of a gigabyte holds one piece.
struct Steps {
  let next: () -> Step?

  init(_ next: @escaping () -> Step?) {
    self.next = next
  }

  static func one(_ bytes: ByteBuffer) -> Steps {
    list(bytes.readableBytes == 0 ? [] : [.send(bytes)])
  }

  static func list(_ steps: [Step]) -> Steps {
    var rest = steps[...]
    return Steps { rest.popFirst() }
  }

  /// The bytes again and again, until `total` bytes are sent.
  static func repeating(_ bytes: ByteBuffer, total: Int) -> Steps {
    var left = total
    return Steps {
      guard let piece = bytes.getSlice(at: bytes.readerIndex, length: min(left, bytes.readableBytes)),
        piece.readableBytes > 0
      else { return nil }
      left -= piece.readableBytes
      return .send(piece)
    }
  }

  /// These steps, then those.
  func followed(by others: Steps) -> Steps {
    Steps { next() ?? others.next() }
  }
}

/// Bytes of a room that are given back with the last reference.
final class RoomHold: Sendable {
  private let room: WorkRoom
  private let bytes: Int

  /// - Parameter bytes: What was reserved.
  init(of room: WorkRoom, _ bytes: Int) {
    self.room = room
    self.bytes = bytes
  }

  deinit { room.release(bytes) }
}

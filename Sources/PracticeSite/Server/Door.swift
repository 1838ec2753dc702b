import NIOCore
import Synchronization

/// A port of its own on which a connection goes wrong before any request is read.
enum Door: String, CaseIterable, Sendable {
  /// Accepts, reads, and says nothing.
  case silent
  /// Closes every connection at once.
  case closes
  /// Resets every connection at once.
  case resets
  /// Answers at once, before anything was asked, and closes.
  case early

  /// The title of the page that nobody asked for yet.
  static let earlyTitle = "An early answer"

  private static let earlyAnswer: ByteBuffer = {
    let html = HTMLText.page(title: earlyTitle)
    let fields = ["Content-Type: text/html", "Content-Length: \(html.utf8.count)", "Connection: close"]
    return ByteBuffer(string: BrokenRoutes.head(fields) + html)
  }()

  fileprivate func open(_ context: ChannelHandlerContext) {
    switch self {
    case .silent: break
    case .closes: context.close(promise: nil)
    case .resets:
      context.channel.resetOnClose()
      context.close(promise: nil)
    case .early:
      // What comes is read and thrown away: closing with it unread would reset the connection.
      context.writeAndFlush(NIOAny(Self.earlyAnswer), promise: nil)
      context.close(mode: .output, promise: nil)
    }
  }
}

/// A connection to a door.
final class DoorHandler: ChannelInboundHandler {
  typealias InboundIn = ByteBuffer
  typealias OutboundOut = ByteBuffer

  private let door: Door
  private let counts: DoorCounts

  init(_ door: Door, counts: DoorCounts) {
    self.door = door
    self.counts = counts
  }

  func channelActive(context: ChannelHandlerContext) {
    counts.add(door)
    door.open(context)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {}

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }
}

/// How many connections each door had.
final class DoorCounts: Sendable {
  private let counts = Mutex<[Door: Int]>([:])

  func add(_ door: Door) {
    counts.withLock { $0[door, default: 0] += 1 }
  }

  func reset() {
    counts.withLock { $0 = [:] }
  }

  var json: JSON {
    let counts = counts.withLock(\.self)
    return .object(Door.allCases.map { ($0.rawValue, .number(counts[$0] ?? 0)) })
  }
}

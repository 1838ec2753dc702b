import NIOCore
import NIOHTTP1
import Synchronization

/// One connection: gathers each request, finds its route, and has the answer played.
///
/// NIO's pipeline hands over one request at a time, the next one when the answer before it has ended.
final class ConnectionHandler: ChannelInboundHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias OutboundOut = HTTPServerResponsePart

  /// Bytes of a request's body that are read at most.
  private static let mostBody = 1024 * 1024

  private let site: Site
  private var origin = Origin(host: "127.0.0.1", port: 0)
  private var head: HTTPRequestHead?
  private var body = ByteBuffer()
  private var isBodyTooLarge = false
  private var player: AnswerPlayer?

  init(site: Site) {
    self.site = site
  }

  func channelActive(context: ChannelHandlerContext) {
    if let address = context.channel.localAddress {
      origin = Origin(host: address.ipAddress ?? origin.host, port: address.port ?? 0)
    }
    site.statistics.withLock { $0.connectionOpened() }
    context.fireChannelActive()
  }

  func channelInactive(context: ChannelHandlerContext) {
    player?.cancel()
    player = nil
    site.statistics.withLock { $0.connectionClosed() }
    context.fireChannelInactive()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head(let head):
      self.head = head
      body = ByteBuffer()
      isBodyTooLarge = false
    case .body(var piece):
      isBodyTooLarge = isBodyTooLarge || body.readableBytes + piece.readableBytes > Self.mostBody
      if !isBodyTooLarge { body.writeBuffer(&piece) }
    case .end:
      if let head { answer(head, context) }
      head = nil
    }
  }

  func channelWritabilityChanged(context: ChannelHandlerContext) {
    player?.resume()
    context.fireChannelWritabilityChanged()
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    context.close(promise: nil)
  }

  private func answer(_ head: HTTPRequestHead, _ context: ChannelHandlerContext) {
    let request = SiteRequest(head: head, body: body, origin: origin)
    let route = site.route(request)
    var visit: Statistics.Visit?
    if route?.route.isCounted ?? true {
      let pattern = route?.route.pattern ?? "none"
      visit = site.statistics.withLock {
        $0.begin(
          route: pattern, target: request.target, host: origin.host, group: request.parameter("group"), at: .now())
      }
    }
    let player = AnswerPlayer(answer(route), to: head, over: context) { [site] in
      if let visit { site.statistics.withLock { $0.end(visit, at: .now()) } }
    }
    self.player = player
    player.start()
  }

  private func answer(_ found: (route: Route, request: SiteRequest)?) -> Answer {
    do throws(Refusal) {
      if isBodyTooLarge { throw Refusal("a body has at most \(Self.mostBody) bytes", status: .payloadTooLarge) }
      guard let found else { throw Refusal("there is no such page", status: .notFound) }
      return try found.route.action(found.request, site)
    } catch {
      return error.answer
    }
  }
}

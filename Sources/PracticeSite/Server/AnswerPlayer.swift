import NIOCore
import NIOHTTP1

/// Plays one answer on one connection: the delay, the head, each step as the connection takes it, and the ending.
///
/// It lives on the connection's event loop and never leaves it.
final class AnswerPlayer {
  private let answer: Answer
  private let request: HTTPRequestHead
  private let context: ChannelHandlerContext
  /// Where bytes go out: at this handler for HTTP, below the HTTP encoder for a raw answer.
  private let outlet: ChannelHandlerContext
  private let keepsAlive: Bool
  /// Called once, before the last byte is written or when the connection is lost.
  private var onEnd: (() -> Void)?
  /// The step after those that are written: known ahead, so that the end is known before the last byte is out.
  private var upcoming: Step?
  private var isWaiting = false
  private var timer: Scheduled<Void>?

  init(
    _ answer: Answer, to request: HTTPRequestHead, over context: ChannelHandlerContext,
    onEnd: @escaping () -> Void
  ) {
    self.request = request
    self.context = context
    self.onEnd = onEnd
    var answer = answer
    switch answer.framing {
    case .raw:
      let encoder = try? context.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self)
      outlet = encoder ?? context
      keepsAlive = false
    case .http(let status, _, let length):
      outlet = context
      // A body without a length ends with the connection for HTTP/1.0, and HEAD may get no chunks.
      let isFramed = length != nil || !status.mayHaveResponseBody
      keepsAlive =
        answer.ending == .keepAlive && request.isKeepAlive
        && (isFramed || !Self.isOld(request) && request.method != .HEAD)
      if request.method == .HEAD || !status.mayHaveResponseBody { answer.steps = .list([]) }
    }
    self.answer = answer
  }

  func start() {
    if answer.delay > .zero {
      wait(answer.delay) { $0.begin() }
    } else {
      begin()
    }
  }

  /// Goes on after the connection has taken what it was given.
  func resume() {
    guard !isWaiting, upcoming != nil, context.channel.isWritable else { return }
    // In a turn of its own: other connections get theirs, and a flush that succeeds at once does not recurse.
    isWaiting = true
    context.eventLoop.assumeIsolated().execute { [self] in
      isWaiting = false
      play()
    }
  }

  /// The connection is gone.
  func cancel() {
    timer?.cancel()
    timer = nil
    upcoming = nil
    end()
  }

  private func begin() {
    if case .http(let status, var headers, let length) = answer.framing {
      headers.add(name: "Server", value: "practice-site")
      if let length { headers.add(name: "Content-Length", value: String(length)) }
      if !keepsAlive {
        headers.add(name: "Connection", value: "close")
      } else if Self.isOld(request) {
        headers.add(name: "Connection", value: "keep-alive")
      }
      write(.head(HTTPResponseHead(version: request.version, status: status, headers: headers)))
    }
    upcoming = answer.steps.next()
    play()
  }

  private func play() {
    guard onEnd != nil else { return }
    while let step = upcoming {
      upcoming = answer.steps.next()
      switch step {
      case .send(let bytes):
        send(bytes)
        if upcoming != nil, !context.channel.isWritable {
          outlet.flush()
          return
        }
      case .wait(let time):
        outlet.flush()
        wait(time) { $0.play() }
        return
      }
    }
    finish()
  }

  private func wait(_ time: TimeAmount, then proceed: @escaping (AnswerPlayer) -> Void) {
    isWaiting = true
    timer = context.eventLoop.assumeIsolated().scheduleTask(in: time) { [self] in
      isWaiting = false
      proceed(self)
    }
  }

  private func send(_ bytes: ByteBuffer) {
    switch answer.framing {
    case .http: write(.body(.byteBuffer(bytes)))
    case .raw: outlet.write(NIOAny(bytes), promise: nil)
    }
  }

  private func write(_ part: HTTPServerResponsePart, promise: EventLoopPromise<Void>? = nil) {
    outlet.write(NIOAny(part), promise: promise)
  }

  private func finish() {
    end()
    let written = keepsAlive ? nil : context.eventLoop.makePromise(of: Void.self)
    switch answer.framing {
    case .http:
      write(.end(nil), promise: written)
      if let postscript = answer.postscript { send(postscript) }
    case .raw: outlet.write(NIOAny(ByteBuffer()), promise: written)
    }
    written?.futureResult.assumeIsolated().whenComplete { [self] _ in close() }
    outlet.flush()
  }

  private func send(_ postscript: Answer.Postscript) {
    guard let encoder = try? context.pipeline.syncOperations.context(handlerType: HTTPResponseEncoder.self) else {
      return
    }
    if postscript.after == .zero {
      encoder.write(NIOAny(postscript.bytes), promise: nil)
    } else {
      // The next request may be answered meanwhile; the connection may be gone, and then this goes nowhere.
      context.eventLoop.assumeIsolated().scheduleTask(in: postscript.after) {
        encoder.writeAndFlush(NIOAny(postscript.bytes), promise: nil)
      }
    }
  }

  private func close() {
    if answer.ending == .reset { context.channel.resetOnClose() }
    context.close(promise: nil)
  }

  /// HTTP/1.0 and before, which know neither chunks nor keeping alive unasked.
  private static func isOld(_ request: HTTPRequestHead) -> Bool {
    request.version.major < 1 || request.version == .http1_0
  }

  private func end() {
    onEnd?()
    onEnd = nil
  }
}

import NIOCore
import NIOHTTP1

/// What a route answers: a head, the steps that send the body, and what becomes of the connection.
struct Answer {
  enum Framing {
    /// The HTTP encoder writes the head, and frames the body by its length or in chunks.
    case http(status: HTTPResponseStatus, headers: HTTPHeaders, length: Int?)
    /// The steps send every byte of the answer; nothing checks that it is HTTP.
    case raw
  }

  enum Ending {
    case keepAlive
    case close
    /// Close with a TCP reset instead of an orderly end.
    case reset
  }

  /// Bytes that follow an HTTP answer on a connection that stays open.
  struct Postscript {
    let bytes: ByteBuffer
    /// From the answer's last byte; with none, they go out together.
    let after: TimeAmount
  }

  var framing: Framing
  var steps: Steps
  /// How long the site is silent before the head.
  var delay: TimeAmount = .zero
  var ending: Ending = .keepAlive
  var postscript: Postscript?
}

extension Answer {
  /// A body that is at hand.
  static func whole(
    _ body: ByteBuffer, type: String, status: HTTPResponseStatus = .ok, headers: [(String, String)] = []
  ) -> Answer {
    let headers = HTTPHeaders([("Content-Type", type)] + headers)
    return Answer(framing: .http(status: status, headers: headers, length: body.readableBytes), steps: .one(body))
  }

  static func text(
    _ text: String, type: String, status: HTTPResponseStatus = .ok, headers: [(String, String)] = []
  ) -> Answer {
    whole(ByteBuffer(string: text), type: type, status: status, headers: headers)
  }

  /// A small HTML page.
  static func page(
    title: String, body: String = "", status: HTTPResponseStatus = .ok, headers: [(String, String)] = []
  ) -> Answer {
    text(
      HTMLText.page(title: title, body: body), type: "text/html; charset=utf-8", status: status, headers: headers)
  }

  static func json(_ value: JSON, status: HTTPResponseStatus = .ok, headers: [(String, String)] = []) -> Answer {
    text(value.text() + "\n", type: "application/json", status: status, headers: headers)
  }

  /// A body that is made while it is sent; in chunks unless its length is given.
  static func stream(_ steps: Steps, type: String, length: Int? = nil, headers: [(String, String)] = []) -> Answer {
    let headers = HTTPHeaders([("Content-Type", type)] + headers)
    return Answer(framing: .http(status: .ok, headers: headers, length: length), steps: steps)
  }

  /// These bytes as they are, then the end of the connection.
  static func raw(_ steps: Steps) -> Answer {
    Answer(framing: .raw, steps: steps, ending: .close)
  }

  static func raw(_ text: String) -> Answer {
    raw(.one(ByteBuffer(string: text)))
  }

  static func redirect(to location: String, status: HTTPResponseStatus = .found) -> Answer {
    page(
      title: "\(status.code) \(status.reasonPhrase)",
      body: "<p><a href=\"\(HTMLText.escape(location))\">Go on</a></p>",
      status: status, headers: [("Location", location)])
  }
}

import Glibc
import NIOCore
import NIOHTTP1
import Synchronization

/// Answers that fail at first, or when they are asked for too often.
enum TroubleRoutes {
  static let all: [Route] = [
    Route(
      "/flaky/{number}", "fails so many times for each key, then is a page; with this status, 503 unless given",
      query: "times=&key=&fault=status|close|reset|silence&status=&retry_after=&form=seconds|date",
      example: "/flaky/1?times=2", flaky),
    Route(
      "/limited", "429 with Retry-After beyond so many requests a second",
      query: "per_second=&key=&retry_after=&form=seconds|date", example: "/limited?per_second=5", limited),
    Route(
      "/touchy", "429, or this status, until it was left alone for so many seconds",
      query: "seconds=&key=&status=&retry_after=&form=seconds|date", example: "/touchy?seconds=1", touchy),
  ]

  private static func flaky(_ request: SiteRequest, _ site: Site) throws(Refusal) -> Answer {
    let times = try request.number("times", in: 0...1000, or: 1)
    let failure: Answer
    switch request.parameter("fault") ?? "status" {
    case "status": failure = try page(request, status: 503, retryAfter: nil)
    case "close": failure = .raw(.list([]))
    case "reset":
      var answer = Answer.raw(.list([]))
      answer.ending = .reset
      failure = answer
    case "silence": failure = .raw(BrokenRoutes.silence)
    default: throw Refusal("the fault of a flaky page is status, close, reset or silence")
    }
    let key = "\(request.captures[0]) \(request.parameter("key") ?? "")"
    guard site.trouble.withLock({ $0.fails(key, times: times) }) else {
      return .page(title: "Flaky \(request.captures[0])")
    }
    return failure
  }

  private static func limited(_ request: SiteRequest, _ site: Site) throws(Refusal) -> Answer {
    let limit = try request.number("per_second", in: 1...100_000, or: 5)
    let refusal = try page(request, status: 429, retryAfter: 1)
    let key = request.parameter("key") ?? ""
    guard site.trouble.withLock({ $0.admits(key, perSecond: limit, at: .now()) }) else { return refusal }
    return .page(title: "Within the limit")
  }

  private static func touchy(_ request: SiteRequest, _ site: Site) throws(Refusal) -> Answer {
    let time = try SiteRequest.seconds(request.parameter("seconds") ?? "1", upTo: 60)
    let refusal = try page(request, status: 429, retryAfter: nil)
    // Each address of the site is a host of its own.
    let key = "\(request.origin.host) \(request.parameter("key") ?? "")"
    guard site.trouble.withLock({ $0.isCalm(key, after: time, at: .now()) }) else { return refusal }
    return .page(title: "Left alone")
  }

  /// A page of `status=` with Retry-After in the form asked for, where a time is given.
  private static func page(
    _ request: SiteRequest, status fallback: Int, retryAfter wait: Int?
  ) throws(Refusal) -> Answer {
    let code = try request.number("status", in: 400...599, or: fallback)
    var headers: [(String, String)] = []
    if let wait = request.parameter("retry_after") == nil
      ? wait : try request.number("retry_after", in: 0...3600, or: 1)
    {
      switch request.parameter("form") ?? "seconds" {
      case "seconds": headers = [("Retry-After", String(wait))]
      // A date has whole seconds: the one after the wait's end is the first that is not too early.
      case "date": headers = [("Retry-After", CalendarDate(seconds: time(nil) + wait + 1).httpDate)]
      default: throw Refusal("the form of Retry-After is seconds or date")
      }
    }
    return .page(title: StatusRoutes.title(code), status: HTTPResponseStatus(statusCode: code), headers: headers)
  }
}

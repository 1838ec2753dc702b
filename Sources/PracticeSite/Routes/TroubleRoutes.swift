import Glibc
import NIOCore
import NIOHTTP1
import Synchronization

/// Answers that fail at first, or when they are asked for too often.
enum TroubleRoutes {
  static let all: [Route] = [
    Route(
      "/flaky/{number}", "503 so many times for each key, then a page", query: "times=&key=",
      example: "/flaky/1?times=2", flaky),
    Route(
      "/limited", "429 with Retry-After beyond so many requests a second",
      query: "per_second=&key=&retry_after=&form=seconds|date", example: "/limited?per_second=5", limited),
  ]

  private static func flaky(_ request: SiteRequest, _ site: Site) throws(Refusal) -> Answer {
    let times = try request.number("times", in: 0...1000, or: 1)
    let key = "\(request.captures[0]) \(request.parameter("key") ?? "")"
    guard site.trouble.withLock({ $0.fails(key, times: times) }) else {
      return .page(title: "Flaky \(request.captures[0])")
    }
    return .page(title: StatusRoutes.title(503), status: .serviceUnavailable)
  }

  private static func limited(_ request: SiteRequest, _ site: Site) throws(Refusal) -> Answer {
    let limit = try request.number("per_second", in: 1...100_000, or: 5)
    let wait = try request.number("retry_after", in: 0...3600, or: 1)
    let key = request.parameter("key") ?? ""
    let header =
      switch request.parameter("form") ?? "seconds" {
      case "seconds": String(wait)
      // A date has whole seconds: the one after the wait's end is the first that is not too early.
      case "date": CalendarDate(seconds: time(nil) + wait + 1).httpDate
      default: throw Refusal("the form of Retry-After is seconds or date")
      }
    guard site.trouble.withLock({ $0.admits(key, perSecond: limit, at: .now()) }) else {
      return .page(title: StatusRoutes.title(429), status: .tooManyRequests, headers: [("Retry-After", header)])
    }
    return .page(title: "Within the limit")
  }
}

import NIOCore

/// The memory of the routes that fail at first and answer later. Pure: the time is passed in.
struct Trouble {
  /// Keys that are remembered at most; beyond, everything is forgotten and begins anew.
  private static let mostKeys = 10_000
  private static let second: Int64 = 1_000_000_000

  private struct Window {
    var start: NIODeadline
    var count: Int
  }

  private var failures: [String: Int] = [:]
  private var windows: [String: Window] = [:]
  /// When each key was last asked for, until it has been left alone for long enough.
  private var disturbances: [String: NIODeadline?] = [:]

  /// Whether the request with this key fails: the first `times` of them do.
  mutating func fails(_ key: String, times: Int) -> Bool {
    if failures.count >= Self.mostKeys, failures[key] == nil { failures = [:] }
    let failed = failures[key, default: 0]
    guard failed < times else { return false }
    failures[key] = failed + 1
    return true
  }

  /// Whether one more request is within `limit` a second. A second begins with the first request after the last one.
  mutating func admits(_ key: String, perSecond limit: Int, at now: NIODeadline) -> Bool {
    if windows.count >= Self.mostKeys, windows[key] == nil { windows = [:] }
    var window = windows[key] ?? Window(start: now, count: 0)
    if (now - window.start).nanoseconds >= Self.second { window = Window(start: now, count: 0) }
    window.count += 1
    windows[key] = window
    return window.count <= limit
  }

  /// Whether nothing was asked with this key for `time`. It takes offence at the first request and at every one that
  /// comes too early; once it was left alone, it answers for good.
  mutating func isCalm(_ key: String, after time: TimeAmount, at now: NIODeadline) -> Bool {
    if disturbances.count >= Self.mostKeys, disturbances[key] == nil { disturbances = [:] }
    if let known = disturbances[key] {
      guard let last = known else { return true }
      if now - last >= time {
        disturbances[key] = .some(nil)
        return true
      }
    }
    disturbances[key] = .some(now)
    return false
  }

  mutating func reset() {
    failures = [:]
    windows = [:]
    disturbances = [:]
  }
}

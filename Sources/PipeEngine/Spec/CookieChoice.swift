internal import PipeSpec

/// How cookies set by servers are handled.
package enum CookieChoice: String, CaseIterable, Sendable {
  case none, run

  static let shape = Shape<Self>.choice { choice in
    switch choice {
    case .none: "they are dropped"
    case .run: "all requests of the run share them, as one browser would"
    }
  }
}

internal import PipeSpec

/// What becomes of the cookies that servers set.
package enum CookieChoice: String, CaseIterable, Sendable {
  case none, run

  static let shape = Shape<Self>.choice { choice in
    switch choice {
    case .none: "they are forgotten"
    case .run: "all requests of the run share them, as one browser would"
    }
  }
}

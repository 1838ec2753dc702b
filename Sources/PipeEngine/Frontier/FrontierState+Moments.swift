extension FrontierState {
  /// A host that must not be asked before a moment.
  struct Delayed: Comparable {
    let until: Instant
    let host: Int

    static func < (left: Self, right: Self) -> Bool { left.until < right.until }
  }

  /// A request that is to be tried again, not before a moment.
  struct Postponed: Comparable {
    let until: Instant
    let request: Request

    static func < (left: Self, right: Self) -> Bool { left.until < right.until }
    static func == (left: Self, right: Self) -> Bool { left.until == right.until }
  }
}

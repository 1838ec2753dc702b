package import PipeWeb

extension Timestamp {
  /// What the system's clock says.
  package static var now: Timestamp { Timestamp(ofClock: SystemClock.realtime) }
}

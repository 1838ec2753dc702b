internal import CLibcurl
internal import PipeWeb

// What the clock says of a transfer.
extension TransferPlace {
  /// Why the transfer has taken too long, if it has.
  func overstepped(at now: UInt64) -> TransferFailure? {
    switch limits.overstepped(at: now, sent: sent) {
    case nil: nil
    case .total: TransferOutcome.totalTimeout(TransferEnd(CURLE_OPERATION_TIMEDOUT, self))
    case .firstByte:
      tooLate("no answer within \((settings.firstByteTimeout ?? settings.totalTimeout).shown) of asking")
    case .idle:
      tooLate("nothing came for \(settings.idleTimeout.shown)" + (head.isWhole ? " after \(length) bytes" : ""))
    }
  }

  private func tooLate(_ words: String) -> TransferFailure {
    TransferFailure(.timeout, TransferEnd(CURLE_OPERATION_TIMEDOUT, self).told(words))
  }

  /// Marks the transfer where it has been without a connection for so long that another may run in its stead.
  func checkConnection(at now: UInt64) {
    guard !isStalled, now >= begun + TransferLimits.connectionPatience, sent == nil else { return }
    isStalled = true
    sockets.stalled += 1
  }

  /// The transfer is no longer without a connection.
  func hasConnection() {
    guard isStalled else { return }
    isStalled = false
    sockets.stalled -= 1
  }

  /// Goes on with a transfer that was paused. What libcurl holds back of it comes at once, which may pause it again.
  func resume() {
    guard let since = pausedSince else { return }
    pausedSince = nil
    limits.extend(by: sockets.now - min(since, sockets.now), now: sockets.now)
    curl_easy_pause(handle, CURLPAUSE_CONT)
  }

  /// Since when it waits for what comes next.
  var waitingSince: UInt64 { limits.lastByte > 0 ? limits.lastByte : sent ?? begun }

  /// When the request was sent; `nil` while there is no connection.
  var sent: UInt64? {
    let time = large(CURLINFO_PRETRANSFER_TIME_T)
    return time > 0 ? begun + UInt64(time) * 1000 : nil
  }
}

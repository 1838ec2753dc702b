import PipeDatabase
import PipeEngine
import Synchronization

/// What a source has taken from others, until the rows of it are durable.
///
/// Two tasks use it: the source takes, and whoever has taken a checkpoint tells what is done.
final class RedisTaken: Sendable {
  private struct Storage: Sendable {
    /// Requests whose rows are not durable yet, with what gives each back.
    var open: [(ordinal: Int, receipt: [UInt8])] = []
    /// What the journal had already.
    var known: [[UInt8]] = []
    /// What is done and not yet given back.
    var done: [[UInt8]] = []
    var bytes = 0
    var hasTold = false
  }

  private let url: RedisURL
  private let place: RedisSource.Place
  /// The ordinal behind the requests that the journal has of earlier sessions.
  private let start: Int
  private let tell: @Sendable (String) -> Void
  private let storage = Mutex(Storage())
  /// Held while the server is asked, so that nothing is given back twice.
  private let asking = Mutex(())

  private static let mostElements = 20_000
  private static let mostBytes = 16 << 20

  init(
    _ place: RedisSource.Place, on url: RedisURL, behind start: Int, tell: @escaping @Sendable (String) -> Void
  ) {
    (self.place, self.url, self.start, self.tell) = (place, url, start, tell)
  }

  /// Whether no more is to be taken for now: others may want it.
  var isFull: Bool {
    storage.withLock { $0.open.count + $0.known.count >= Self.mostElements || $0.bytes >= Self.mostBytes }
  }

  /// - Parameter ordinal: That of its request; `nil` if the journal has it already.
  func add(_ receipt: [UInt8], _ ordinal: Int?) {
    storage.withLock { storage in
      storage.bytes += receipt.count
      if let ordinal { storage.open.append((ordinal, receipt)) } else { storage.known.append(receipt) }
    }
  }

  /// Gives back what is done.
  func giveBack(_ done: DoneRequests.Moment) {
    asking.withLock { _ in
      let receipts = storage.withLock { storage in
        storage.done += storage.open.filter { done.contains($0.ordinal) }.map(\.receipt)
        storage.open.removeAll { done.contains($0.ordinal) }
        // Which of the earlier requests each belongs to is not known any more.
        if done.firstMissing >= start {
          storage.done += storage.known
          storage.known = []
        }
        return storage.done
      }
      if receipts.isEmpty { return }
      do throws(RunError) {
        try giveBack(receipts)
      } catch {
        let isFirst = storage.withLock { storage in
          defer { storage.hasTold = true }
          return !storage.hasTold
        }
        if isFirst {
          tell(
            "\(url.shown) could not be told of \(receipts.count) elements that are done: \(error.reason). It is told again"
              + " with the next checkpoint; what it is not told of comes again in another run")
        }
      }
    }
  }

  private func giveBack(_ receipts: [[UInt8]]) throws(RunError) {
    // A checkpoint waits for it.
    let server = RedisServer(url, within: .seconds(5))
    var rest = receipts[...]
    while !rest.isEmpty {
      let some = rest.prefix(1000)
      rest = rest.dropFirst(1000)
      var commands = RedisCommands()
      switch place {
      case .list(let key, _):
        let list = Array(RedisElements.taken(from: key).utf8)
        for element in some { commands.add([Array("LREM".utf8), list, [UInt8(ascii: "1")], element]) }
      case .group(let group, let stream, _, _):
        commands.add(["XACK", stream, group].map { Array($0.utf8) } + some)
      case .set, .stream: break
      }
      _ = try server.answers(commands)
      storage.withLock { storage in
        storage.done.removeFirst(some.count)
        storage.bytes -= some.reduce(0) { $0 + $1.count }
      }
    }
  }
}

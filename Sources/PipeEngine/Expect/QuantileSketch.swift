internal import Glibc
internal import PipeText

/// How numbers are spread, in little memory: exact for a few hundred, then within half a per cent of each value.
///
/// Beyond `exactCount` numbers are counted by the power of `gamma` that they lie below (DDSketch, Masson et al., VLDB 2019), so
/// that two of them can be joined without loss. A histogram of whole numbers within bounds would not do: a field's numbers
/// may be prices, negative, or of any size.
struct QuantileSketch: Hashable, Sendable {
  /// Numbers that are kept as they are.
  static let exactCount = 512
  /// The most that a value may be off, as a part of it.
  static let error = 0.005

  private static let gamma = (1 + error) / (1 - error)
  private static let logGamma = log(gamma)
  /// Below it a number counts as 0.
  private static let least = 1e-12

  private(set) var count = 0
  private var exact: [Double] = []
  private var zeros = 0
  private var positive: [Int: Int] = [:]
  private var negative: [Int: Int] = [:]

  mutating func add(_ value: Double) {
    count += 1
    if count <= Self.exactCount {
      exact.append(value)
      return
    }
    spread()
    bucket(value)
  }

  mutating func add(_ other: QuantileSketch) {
    for value in other.exact { add(value) }
    let counted = other.count - other.exact.count
    if counted == 0 { return }
    spread()
    count += counted
    zeros += other.zeros
    positive.merge(other.positive) { $0 + $1 }
    negative.merge(other.negative) { $0 + $1 }
  }

  /// The least value that so many per cent of all do not exceed (the nearest rank); `nil` of none.
  func percentile(_ percent: Int) -> Double? {
    if count == 0 { return nil }
    let rank = max(1, (count * percent + 99) / 100)
    if !exact.isEmpty { return exact.sorted()[min(rank, exact.count) - 1] }
    var passed = 0
    for (key, number) in negative.sorted(by: { $0.key > $1.key }) {
      passed += number
      if passed >= rank { return -Self.value(of: key) }
    }
    passed += zeros
    if passed >= rank { return 0 }
    for (key, number) in positive.sorted(by: { $0.key < $1.key }) {
      passed += number
      if passed >= rank { return Self.value(of: key) }
    }
    return nil
  }

  private static func value(of key: Int) -> Double { 2 * pow(gamma, Double(key)) / (gamma + 1) }

  /// From now on numbers are counted in buckets.
  private mutating func spread() {
    let values = exact
    exact = []
    for value in values { bucket(value) }
  }

  private mutating func bucket(_ value: Double) {
    if abs(value) < Self.least {
      zeros += 1
      return
    }
    let key = Int((log(abs(value)) / Self.logGamma).rounded(.up))
    if value > 0 { positive[key, default: 0] += 1 } else { negative[key, default: 0] += 1 }
  }

  // MARK: Bytes

  func encode(into bytes: inout [UInt8]) {
    bytes.append(varint: exact.count)
    for value in exact { bytes.append(word: value.bitPattern) }
    bytes.append(varint: zeros)
    for buckets in [positive, negative] {
      bytes.append(varint: buckets.count)
      for (key, number) in buckets.sorted(by: { $0.key < $1.key }) {
        bytes.append(signed: key)
        bytes.append(varint: number)
      }
    }
  }

  init() {}

  /// - Returns: `nil` for what `encode` does not make.
  init?(_ reader: inout ByteReader) {
    guard let kept = reader.count(ofBytes: 8), kept <= Self.exactCount else { return nil }
    for _ in 0..<kept {
      guard let bits = reader.word() else { return nil }
      exact.append(Double(bitPattern: bits))
    }
    guard let zeros = reader.count() else { return nil }
    self.zeros = zeros
    count = kept
    var total = kept.addingReportingOverflow(zeros)
    for path in [\QuantileSketch.positive, \.negative] {
      guard let buckets = reader.count(ofBytes: 2) else { return nil }
      for _ in 0..<buckets {
        guard let key = reader.signed(), abs(key) < 1 << 20, let number = reader.count() else { return nil }
        self[keyPath: path][key] = number
        total = total.partialValue.addingReportingOverflow(total.overflow ? .max : number)
      }
    }
    if total.overflow { return nil }
    count = total.partialValue
  }
}

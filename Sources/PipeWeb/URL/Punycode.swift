/// Punycode (RFC 3492), without the `xn--`. Time grows with the square of the length: callers bound it.
enum Punycode {
  private static let base = 36
  private static let tMin = 1
  private static let tMax = 26
  private static let initialBias = 72
  private static let initialN = 128

  /// The encoded label (RFC 3492 6.3).
  static func encode(_ label: some Collection<Unicode.Scalar>) -> [UInt8]? {
    var output = label.filter(\.isASCII).map { UInt8(truncatingIfNeeded: $0.value) }
    let basicCount = output.count
    var handled = basicCount
    let count = label.count
    if basicCount > 0 { output.append(UInt8(ascii: "-")) }
    var n = initialN
    var delta = 0
    var bias = initialBias
    while handled < count {
      let next = label.reduce(Int.max) { Int($1.value) >= n ? min($0, Int($1.value)) : $0 }
      delta += (next - n) * (handled + 1)
      guard delta <= Int(UInt32.max) else { return nil }
      n = next
      for scalar in label {
        if Int(scalar.value) < n { delta += 1 }
        guard Int(scalar.value) == n else { continue }
        var q = delta
        var k = base
        while true {
          let t = threshold(k, bias)
          if q < t { break }
          output.append(digit(t + (q - t) % (base - t)))
          q = (q - t) / (base - t)
          k += base
        }
        output.append(digit(q))
        bias = adapt(delta, handled + 1, isFirst: handled == basicCount)
        delta = 0
        handled += 1
      }
      delta += 1
      n += 1
    }
    return output
  }

  /// The label of an encoded one (RFC 3492 6.2); nil when it is not Punycode.
  static func decode(_ encoded: some BidirectionalCollection<Unicode.Scalar>) -> [Unicode.Scalar]? {
    var output: [Unicode.Scalar] = []
    var rest = encoded[...]
    if let delimiter = encoded.lastIndex(of: "-") {
      output.append(contentsOf: encoded[..<delimiter])
      rest = encoded[encoded.index(after: delimiter)...]
    }
    guard output.allSatisfy(\.isASCII) else { return nil }
    var n = initialN
    var i = 0
    var bias = initialBias
    while !rest.isEmpty {
      let old = i
      var weight = 1
      var k = base
      while true {
        guard let digit = rest.popFirst().flatMap(value) else { return nil }
        i += digit * weight
        let t = threshold(k, bias)
        guard i <= Int(UInt32.max) else { return nil }
        if digit < t { break }
        weight *= base - t
        guard weight <= Int(UInt32.max) else { return nil }
        k += base
      }
      let count = output.count + 1
      bias = adapt(i - old, count, isFirst: old == 0)
      n += i / count
      guard n <= 0x10FFFF, let scalar = Unicode.Scalar(UInt32(n)) else { return nil }
      i %= count
      output.insert(scalar, at: i)
      i += 1
    }
    return output
  }

  private static func threshold(_ k: Int, _ bias: Int) -> Int { min(max(k - bias, tMin), tMax) }

  private static func adapt(_ delta: Int, _ count: Int, isFirst: Bool) -> Int {
    var delta = isFirst ? delta / 700 : delta / 2
    delta += delta / count
    var k = 0
    while delta > ((base - tMin) * tMax) / 2 {
      delta /= base - tMin
      k += base
    }
    return k + (base - tMin + 1) * delta / (delta + 38)
  }

  private static func digit(_ value: Int) -> UInt8 {
    UInt8(value < 26 ? value + 0x61 : value - 26 + 0x30)
  }

  private static func value(_ digit: Unicode.Scalar) -> Int? {
    switch digit {
    case "a"..."z": Int(digit.value) - 0x61
    case "A"..."Z": Int(digit.value) - 0x41
    case "0"..."9": Int(digit.value) - 0x30 + 26
    default: nil
    }
  }
}

/// Numbers as people write them elsewhere: with units, with marks between digits, dates.
enum WrittenQuantity {
  private static let sizes: [String: Double] = [
    "b": 1, "kb": 1000, "mb": 1e6, "gb": 1e9, "kib": 1024, "mib": 1_048_576, "gib": 1_073_741_824, "k": 1024,
    "m": 1_048_576, "bytes": 1,
  ]
  private static let durations: [String: Double] = [
    "ms": 0.001, "s": 1, "sec": 1, "seconds": 1, "m": 60, "min": 60, "minutes": 60, "h": 3600, "hours": 3600,
    "d": 86_400, "days": 86_400,
  ]

  /// What to write instead of a number that letters follow.
  ///
  /// - Parameter number: What stands before them.
  static func hint(for written: String, number: String) -> String {
    let digits = written.filter { $0 != "_" }
    if digits.utf8.count < written.utf8.count, Double(digits) != nil { return "write it without '_': \(digits)" }
    let unit = written.dropFirst(number.count)
    return inBase(number, String(unit)) ?? "write a number alone, in the field's own unit"
  }

  /// The number that a quantity is in the unit of the fields, as advice: sizes are in bytes, times in seconds.
  static func inBase(_ number: String, _ written: String) -> String? {
    let unit = written.lowercased()
    guard let value = Double(number) else { return nil }
    if let size = sizes[unit], written != "m" {
      return "sizes are compared in bytes: \(shown(value * size))"
    }
    if let duration = durations[unit] { return "times are compared in seconds: \(shown(value * duration))" }
    return nil
  }

  /// The end of a date that stands without quotes: `2026-01-01`, and a time behind it.
  static func dateEnd(_ bytes: ArraySlice<UInt8>) -> Int? {
    let form = Array("0000-00-00".utf8)
    guard bytes.count >= form.count else { return nil }
    for (byte, wanted) in zip(bytes, form) {
      guard wanted == UInt8(ascii: "-") ? byte == wanted : UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte else {
        return nil
      }
    }
    let rest = bytes.dropFirst(form.count)
    guard let mark = rest.first, mark | 0x20 == UInt8(ascii: "t") else { return rest.startIndex }
    return rest.firstIndex { !"tTzZ:.+-0123456789".utf8.contains($0) } ?? bytes.endIndex
  }

  /// The end of a date in another order, or with other signs: `01/02/2026`, `31.01.2026`, `2026/01/31`.
  static func otherDateEnd(_ bytes: ArraySlice<UInt8>) -> Int? {
    var parts: [Int] = []
    var index = bytes.startIndex
    var sign: UInt8?
    while parts.count < 3 {
      let digits = bytes[index...].prefix { UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0 }
      parts.append(digits.count)
      index = digits.endIndex
      if parts.count == 3 { break }
      guard index < bytes.endIndex, bytes[index] == UInt8(ascii: "/") || bytes[index] == UInt8(ascii: "."),
        sign == nil || sign == bytes[index]
      else { return nil }
      sign = bytes[index]
      index += 1
    }
    let isDate = parts[2] == 4 && (1...2).contains(parts[0]) || parts[0] == 4 && (1...2).contains(parts[2])
    return isDate && (1...2).contains(parts[1]) ? index : nil
  }

  /// The end of a number whose digits are grouped by blanks, apostrophes or several commas, and its digits: `1 000`,
  /// `1'000`, `1,000,000`.
  static func groupedDigits(_ bytes: ArraySlice<UInt8>) -> (end: Int, digits: String)? {
    func isDigit(_ index: Int) -> Bool {
      index < bytes.endIndex && UInt8(ascii: "0")...UInt8(ascii: "9") ~= bytes[index]
    }
    var index = bytes.startIndex
    while isDigit(index) { index += 1 }
    var digits = Array(bytes[..<index])
    guard (1...3).contains(digits.count), index < bytes.endIndex, " ',_".utf8.contains(bytes[index]) else { return nil }
    let sign = bytes[index]
    var groups = 0
    while index < bytes.endIndex, bytes[index] == sign, (1...3).allSatisfy({ isDigit(index + $0) }), !isDigit(index + 4)
    {
      digits += bytes[(index + 1)...(index + 3)]
      index += 4
      groups += 1
    }
    // One comma may be a decimal sign, and `_` has a hint of its own.
    guard groups > (sign == UInt8(ascii: ",") ? 1 : 0), sign != UInt8(ascii: "_") else { return nil }
    return (index, String(decoding: digits, as: UTF8.self))
  }

  private static func shown(_ number: Double) -> String {
    guard number.rounded() == number, let whole = Int(exactly: number) else { return "\(number)" }
    return "\(whole)"
  }
}

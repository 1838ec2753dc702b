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

  private static func shown(_ number: Double) -> String {
    guard number.rounded() == number, let whole = Int(exactly: number) else { return "\(number)" }
    return "\(whole)"
  }
}

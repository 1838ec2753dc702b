/// The unit of a number that an expectation compares with: `2s`, `1%`, `10MiB`.
package enum ExpectationUnit: Hashable, Sendable {
  case share, time, size

  /// What a message calls numbers of it.
  var name: String {
    switch self {
    case .share: "a share"
    case .time: "a time"
    case .size: "a size"
    }
  }

  static let units: KeyValuePairs<String, (unit: ExpectationUnit, factor: Double)> = [
    "%": (.share, 0.01), "ms": (.time, 0.001), "s": (.time, 1), "m": (.time, 60), "h": (.time, 3600),
    "B": (.size, 1), "KiB": (.size, 1024), "MiB": (.size, 1_048_576), "GiB": (.size, 1_073_741_824),
    "kB": (.size, 1000), "MB": (.size, 1e6), "GB": (.size, 1e9),
  ]

  /// The value of a number with a unit: shares from 0 to 1, times in seconds, sizes in bytes.
  static func value(_ number: String, _ written: String) -> (literal: Literal, unit: ExpectationUnit)? {
    guard let (_, (unit, factor)) = units.first(where: { $0.key == written }), let number = Double(number) else {
      return nil
    }
    // 5% is 5 / 100 and not 5 * 0.01, which is another number.
    let value = unit == .share ? number / 100 : written == "ms" ? number / 1000 : number * factor
    guard value.isFinite else { return nil }
    if unit == .size, let bytes = Int(exactly: value) { return (.int(bytes), unit) }
    return (.double(value), unit)
  }
}

/// What only a shell replaces: `$NAME` and `$(command)`.
enum ShellReference {
  /// The first of them in a text, and the variable that it names; `nil` for the variable of a command.
  ///
  /// A variable of the environment is in capitals; any other `$` is more likely meant.
  static func name(in text: String) -> (written: String, variable: String?)? {
    let bytes = Array(text.utf8)
    var index = 0
    while let dollar = bytes[index...].firstIndex(of: UInt8(ascii: "$")), dollar + 1 < bytes.count {
      index = dollar + 1
      if bytes[index] == UInt8(ascii: "("), let end = bytes[index...].firstIndex(of: UInt8(ascii: ")")) {
        return (String(decoding: bytes[dollar...end], as: UTF8.self), nil)
      }
      let name = bytes[index...].prefix {
        UInt8(ascii: "A")...UInt8(ascii: "Z") ~= $0 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= $0
          || $0 == UInt8(ascii: "_")
      }
      let isWord =
        name.endIndex == bytes.count || bytes[name.endIndex] | 0x20 < UInt8(ascii: "a")
        || bytes[name.endIndex] | 0x20 > UInt8(ascii: "z")
      guard name.count > 1, isWord, let first = name.first, first >= UInt8(ascii: "A") else { continue }
      let text = String(decoding: name, as: UTF8.self)
      return ("$" + text, text)
    }
    return nil
  }
}

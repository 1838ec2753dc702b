import PipeWeb

/// Text that is not UTF-8 and does not say what it is.
enum LegacyText {
  /// Read as windows-1252, which most programs write where it is not UTF-8, and which has a character for every byte
  /// (WHATWG Encoding 9).
  static func decode(_ bytes: [UInt8]) -> String { CharacterDecoder(.windows1252).decode(bytes.span) }
}

/// Commands that are sent together, as RESP2 writes them: arrays of bulk strings. Whatever a word holds, it stays one word.
package struct RedisCommands: Sendable {
  package private(set) var bytes: [UInt8] = []
  package private(set) var count = 0

  package init() {}

  package init(_ words: String...) { add(words.map { Array($0.utf8) }) }

  package mutating func add(_ words: String...) { add(words.map { Array($0.utf8) }) }

  package mutating func add(_ words: [[UInt8]]) {
    count += 1
    head("*", words.count)
    for word in words {
      head("$", word.count)
      bytes += word
      bytes += [0x0D, 0x0A]
    }
  }

  package var isEmpty: Bool { count == 0 }

  private mutating func head(_ type: Unicode.Scalar, _ number: Int) {
    bytes.append(UInt8(ascii: type))
    bytes += String(number).utf8
    bytes += [0x0D, 0x0A]
  }
}

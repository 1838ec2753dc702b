import PipeDatabase
import PipeEngine
import PipeSpec
import PipeText
import PipeWeb

/// What the rows of a sink become in Redis.
enum RedisForm: String, CaseIterable, Sendable {
  case hash, list, stream, set
}

/// Makes the commands of rows. Redis keeps any byte, so nothing of a value is changed or lost.
struct RedisRows: Sendable {
  let form: RedisForm
  let key: TemplateText
  let ttl: Duration?
  let maxLength: Int?
  private let names: [[UInt8]]
  /// Of the columns in the key, their places among the columns.
  let keyPlaces: [Int]

  /// Keys of pipe itself, which no row may have.
  static let ownPrefix = Array("pipe:checkpoint:".utf8)

  init(_ form: RedisForm, key: TemplateText, ttl: Duration?, maxLength: Int?, _ columns: [Column]) {
    (self.form, self.key, self.ttl, self.maxLength) = (form, key, ttl, maxLength)
    names = columns.map { Array($0.name.utf8) }
    keyPlaces = key.holes.compactMap { hole in columns.firstIndex { $0.name.isExactly(hole.column.text) } }
  }

  /// The kind of each value: a member of a list or set is a JSON text, a field of a hash or stream a text of its own.
  var kind: SQLDialect.Kind {
    switch form {
    case .hash, .stream: .text
    case .list, .set: .json
    }
  }

  /// The key of a row. The columns in it are not null.
  func key(of row: [SQLValue]) throws(ValueFault) -> [UInt8] {
    var bytes: [UInt8] = []
    var places = keyPlaces[...]
    for piece in key.pieces {
      switch piece {
      case .text(let text): bytes += text.utf8
      case .hole: if let place = places.popFirst() { bytes += text(row[place]).utf8 }
      }
    }
    if bytes.starts(with: Self.ownPrefix) {
      throw ValueFault(code: "key", reason: "a key that begins with pipe:checkpoint:, as those of pipe itself do")
    }
    if form == .stream, row.allSatisfy({ $0 == .null }) {
      throw ValueFault(reason: "a row without a value, which a stream does not take")
    }
    return bytes
  }

  private func text(_ value: SQLValue) -> String {
    let text = value.text ?? ""
    if kind == .json, text.hasPrefix("\""), case .string(let string)? = try? JSONValue(parsing: text) { return string }
    return text
  }

  /// Adds the commands of a row.
  func add(_ row: [SQLValue], _ key: [UInt8], to commands: inout RedisCommands) {
    switch form {
    case .hash:
      var (set, gone): ([[UInt8]], [[UInt8]]) = ([], [])
      for (name, value) in zip(names, row) {
        if let text = value.text { set += [name, Array(text.utf8)] } else { gone.append(name) }
      }
      // A value of an earlier row must not stay as that of this one.
      if !gone.isEmpty { commands.add([Array("HDEL".utf8), key] + gone) }
      if !set.isEmpty { commands.add([Array("HSET".utf8), key] + set) }
      if let ttl { commands.add([Array("PEXPIRE".utf8), key, Array(String(ttl.milliseconds).utf8)]) }
    case .list: commands.add([Array("RPUSH".utf8), key, object(row)])
    case .set: commands.add([Array("SADD".utf8), key, object(row)])
    case .stream:
      var words = [Array("XADD".utf8), key]
      if let maxLength { words += ["MAXLEN", "~", String(maxLength)].map { Array($0.utf8) } }
      words.append([UInt8(ascii: "*")])
      for (name, value) in zip(names, row) { if let text = value.text { words += [name, Array(text.utf8)] } }
      commands.add(words)
    }
  }

  /// A row as a JSON object.
  private func object(_ row: [SQLValue]) -> [UInt8] {
    var bytes = [UInt8(ascii: "{")]
    for (index, (name, value)) in zip(names, row).enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes.append(jsonText: String(decoding: name, as: UTF8.self))
      bytes.append(UInt8(ascii: ":"))
      bytes += (value.text ?? "null").utf8
    }
    bytes.append(UInt8(ascii: "}"))
    return bytes
  }
}

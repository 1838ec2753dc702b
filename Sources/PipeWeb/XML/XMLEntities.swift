/// The entities that an XML document declares itself (XML 1.0, 4.2), and its text with the references to them replaced.
///
/// Only internal ones: nothing is ever loaded. A reference to an external entity, or to one whose whole text is beyond
/// the bounds, stays as it is written. The bounds are on work, not on depth alone: an entity that stands for nothing can be
/// referred to as often as one that stands for a gigabyte.
struct XMLEntities {
  /// The most bytes that one reference may come to, those of references inside included.
  static let limit = 64 << 10
  /// The most bytes that all references of a document may come to.
  static let totalLimit = 4 << 20
  /// The most bytes of entities that are declared, and of declarations that parameter entities stand for.
  static let declarationLimit = 1 << 20
  private static let depthLimit = 32

  private typealias Bytes = UnsafeBufferPointer<UInt8>

  /// What a name stands for; external ones are not in it.
  private var texts: [[UInt8]: [UInt8]] = [:]
  private var parameters: [[UInt8]: [UInt8]] = [:]
  private var declared: Set<[UInt8]> = []
  private var budget = Self.declarationLimit
  /// What references come to, where that has been worked out.
  private var costs: [[UInt8]: Int] = [:]
  private var total = 0
  /// Whether a declaration or a reference was beyond the bounds.
  private(set) var isTruncated = false
  private let totalLimit: Int

  private init(totalLimit: Int) { self.totalLimit = totalLimit }

  /// The entities that an internal subset declares; `nil` where it declares none.
  init?(subset: UnsafeBufferPointer<UInt8>) {
    self.init(totalLimit: Self.totalLimit)
    var cursor = XMLCursor(subset)
    _ = readDeclarations(&cursor, depth: 0)
    if declared.isEmpty, !isTruncated { return nil }
  }

  /// Appends text or an attribute's value with the document's own entities in the place of the references to them. Tags
  /// in an entity are text here: what arrives in pieces is not read again.
  mutating func appendText(_ bytes: UnsafeBufferPointer<UInt8>, to output: inout [UInt8]) {
    appendValue(bytes, to: &output, isInside: false, isText: false)
  }

  /// The document with its own entities in the place of the references to them; `nil` where it declares none.
  static func expand(
    _ bytes: UnsafeBufferPointer<UInt8>, totalLimit: Int = totalLimit
  ) -> (text: [UInt8], isTruncated: Bool)? {
    guard let subset = internalSubset(of: bytes) else { return nil }
    var entities = XMLEntities(totalLimit: totalLimit)
    var cursor = XMLCursor(UnsafeBufferPointer(rebasing: bytes[subset]))
    _ = entities.readDeclarations(&cursor, depth: 0)
    if entities.declared.isEmpty, !entities.isTruncated { return nil }
    var output = Array(bytes[..<subset.upperBound])
    output.reserveCapacity(bytes.count + 1024)
    entities.appendContent(UnsafeBufferPointer(rebasing: bytes[subset.upperBound...]), to: &output)
    return (output, entities.isTruncated)
  }

  // MARK: Declarations

  /// Where the internal subset is (XML 1.0, 2.8), if there is one with an entity in it.
  private static func internalSubset(of bytes: Bytes) -> Range<Int>? {
    var cursor = XMLCursor(bytes)
    _ = cursor.skip("\u{FEFF}")
    while true {
      cursor.skipSpace()
      if cursor.skip("<!--") { cursor.pass("-->") } else if cursor.skip("<?") { cursor.pass("?>") } else { break }
    }
    guard cursor.skip("<!DOCTYPE") else { return nil }
    while let byte = cursor.next() {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "'"): cursor.pass(byte)
      case UInt8(ascii: ">"), UInt8(ascii: "<"): return nil
      case UInt8(ascii: "["):
        let start = cursor.index
        guard cursor.passSubset() else { return nil }
        return start..<cursor.index
      default: break
      }
    }
    return nil
  }

  /// Reads declarations; false where the ones behind must not be read: they may have been declared before, in what is
  /// not loaded (XML 1.0, 5.1).
  private mutating func readDeclarations(_ cursor: inout XMLCursor, depth: Int) -> Bool {
    while !cursor.isAtEnd {
      cursor.skipSpace()
      if cursor.skip("<!--") {
        cursor.pass("-->")
      } else if cursor.skip("<?") {
        cursor.pass("?>")
      } else if cursor.skip("<!ENTITY") {
        readEntity(&cursor)
      } else if cursor.skip("<!") {
        cursor.passDeclaration()
      } else if cursor.skip("%") {
        let name = cursor.name()
        _ = cursor.skip(";")
        guard let text = parameters[name] else { return false }
        if depth >= Self.depthLimit { isTruncated = true }
        guard depth < Self.depthLimit, spend(text.count + 1) else { return false }
        let goesOn = text.withUnsafeBufferPointer {
          var inner = XMLCursor($0)
          return readDeclarations(&inner, depth: depth + 1)
        }
        if !goesOn { return false }
      } else {
        _ = cursor.next()
      }
    }
    return true
  }

  /// XML 1.0, 4.2: the first declaration of a name counts.
  private mutating func readEntity(_ cursor: inout XMLCursor) {
    cursor.skipSpace()
    let isParameter = cursor.skip("%")
    cursor.skipSpace()
    let name = cursor.name()
    cursor.skipSpace()
    let value = cursor.literal().map { Self.value($0) }
    cursor.passDeclaration()
    guard !name.isEmpty, !Self.predefined.contains(name), spend(name.count + (value?.count ?? 0)) else { return }
    if isParameter {
      if let value, parameters[name] == nil { parameters[name] = value }
    } else if declared.insert(name).inserted, let value {
      texts[name] = value
    }
  }

  private mutating func spend(_ count: Int) -> Bool {
    budget -= count
    if budget < 0 { isTruncated = true }
    return budget >= 0
  }

  private static let predefined: Set<[UInt8]> = [
    Array("amp".utf8), Array("lt".utf8), Array("gt".utf8), Array("quot".utf8), Array("apos".utf8),
  ]

  /// An entity's replacement text (XML 1.0, 4.5): its character references are replaced where it is declared, its
  /// other references where it is referred to.
  private static func value(_ literal: Bytes) -> [UInt8] {
    var output: [UInt8] = []
    var index = 0
    while index < literal.count {
      if literal[index] == UInt8(ascii: "&"), index + 1 < literal.count, literal[index + 1] == UInt8(ascii: "#"),
        let end = literal[index...].prefix(16).firstIndex(of: UInt8(ascii: ";")),
        let scalar = XMLText.number(UnsafeBufferPointer(rebasing: literal[(index + 1)..<end]))
      {
        output += String(scalar).utf8
        index = end + 1
      } else {
        output.append(literal[index])
        index += 1
      }
    }
    return output
  }

  // MARK: References

  /// Whether a reference to an entity is replaced: it and all that it refers to are within the bounds, and none refers
  /// to itself.
  private mutating func admits(_ name: [UInt8]) -> Bool {
    let cost = cost(of: name, depth: 0)
    if cost <= Self.limit, total + cost <= totalLimit {
      total += cost
      return true
    }
    isTruncated = true
    return false
  }

  /// The bytes that are looked at for a reference.
  private mutating func cost(of name: [UInt8], depth: Int) -> Int {
    guard let text = texts[name] else { return 1 }
    if let cost = costs[name] { return cost }
    if depth >= Self.depthLimit { return Self.totalLimit }
    // Whoever refers to itself comes here again.
    costs[name] = Self.totalLimit
    var cost = text.count + 1
    text.withUnsafeBufferPointer { text in
      var index = 0
      while index < text.count, cost <= Self.limit {
        guard let reference = Self.reference(in: text, at: index) else {
          index += 1
          continue
        }
        cost += self.cost(of: Array(reference.name), depth: depth + 1)
        index = reference.end
      }
    }
    costs[name] = min(cost, Self.totalLimit)
    return cost
  }

  /// The reference to an entity that begins at a place.
  private static func reference(in bytes: Bytes, at index: Int) -> (name: Slice<Bytes>, end: Int)? {
    guard bytes[index] == UInt8(ascii: "&"), index + 1 < bytes.count, XMLScanner.beginsName(bytes[index + 1]) else {
      return nil
    }
    let name = bytes[(index + 1)...].prefix(while: XMLText.isNameByte)
    guard name.endIndex < bytes.count, bytes[name.endIndex] == UInt8(ascii: ";") else { return nil }
    return (name, name.endIndex + 1)
  }

  /// Replaces a reference at a place; `nil` where there is none to an entity of the document.
  private mutating func appendReference(
    in bytes: Bytes, at index: Int, to output: inout [UInt8], isAttribute: Bool, isInside: Bool
  ) -> Int? {
    guard let (slice, end) = Self.reference(in: bytes, at: index) else { return nil }
    let name = Array(slice)
    guard declared.contains(name) else { return nil }
    // What is inside of an entity was counted with it.
    guard let text = texts[name], isInside || admits(name) else { return nil }
    text.withUnsafeBufferPointer {
      if isAttribute {
        appendValue($0, to: &output, isInside: true)
      } else {
        appendContent($0, to: &output, isInside: true)
      }
    }
    return end
  }

  /// Appends content (XML 1.0, 3.1), whose comments, instructions and CDATA sections hold no references.
  private mutating func appendContent(_ bytes: Bytes, to output: inout [UInt8], isInside: Bool = false) {
    var cursor = XMLCursor(bytes)
    var copied = 0
    var isInTag = false
    func copy(to end: Int) {
      output.append(contentsOf: bytes[copied..<end])
      copied = end
    }
    while let byte = cursor.peek {
      switch byte {
      case UInt8(ascii: "&") where !isInTag:
        let index = cursor.index
        copy(to: index)
        if let end = appendReference(in: bytes, at: index, to: &output, isAttribute: false, isInside: isInside) {
          (copied, cursor.index) = (end, end)
        } else {
          cursor.index += 1
        }
      case UInt8(ascii: "\""), UInt8(ascii: "'"):
        cursor.index += 1
        guard isInTag else { break }
        let start = cursor.index
        copy(to: start)
        cursor.pass(byte)
        // Without a quote that ends it, it is none.
        if cursor.index == start || bytes[cursor.index - 1] != byte {
          cursor.index = start
        } else {
          let value = UnsafeBufferPointer(rebasing: bytes[start..<(cursor.index - 1)])
          appendValue(value, to: &output, isInside: isInside, isText: false)
          copied = cursor.index - 1
        }
      case UInt8(ascii: ">"):
        isInTag = false
        cursor.index += 1
      case UInt8(ascii: "<"):
        if cursor.skip("<!--") {
          cursor.pass("-->")
        } else if cursor.skip("<![CDATA[") {
          cursor.pass("]]>")
        } else if cursor.skip("<?") {
          cursor.pass("?>")
        } else {
          isInTag = true
          cursor.index += 1
        }
      default: cursor.index += 1
      }
    }
    copy(to: bytes.count)
  }

  /// Appends an attribute's value, or what an entity in it stands for: quotes in that are data (XML 1.0, 4.4.5).
  private mutating func appendValue(
    _ bytes: Bytes, to output: inout [UInt8], isInside: Bool, isText: Bool = true
  ) {
    var index = 0
    while index < bytes.count {
      switch bytes[index] {
      case UInt8(ascii: "&"):
        if let end = appendReference(in: bytes, at: index, to: &output, isAttribute: true, isInside: isInside) {
          index = end
          continue
        }
        output.append(UInt8(ascii: "&"))
      case UInt8(ascii: "\"") where isText: output += "&quot;".utf8
      case UInt8(ascii: "'") where isText: output += "&apos;".utf8
      case UInt8(ascii: "<") where isText: output += "&lt;".utf8
      case let byte: output.append(byte)
      }
      index += 1
    }
  }
}

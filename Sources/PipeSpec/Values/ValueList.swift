/// The elements of a list: values, or texts that are packed.
package struct ValueList: Sendable {
  private enum Storage: Sendable {
    case values([Value])
    case texts(PackedTexts)
  }

  private let storage: Storage

  package init(_ values: [Value]) { storage = .values(values) }

  package init(_ texts: PackedTexts) { storage = .texts(texts) }

  /// The elements where they are packed texts.
  package var packedTexts: PackedTexts? {
    if case .texts(let texts) = storage { texts } else { nil }
  }
}

extension ValueList: RandomAccessCollection {
  package var startIndex: Int { 0 }

  package var endIndex: Int {
    switch storage {
    case .values(let values): values.count
    case .texts(let texts): texts.count
    }
  }

  package subscript(index: Int) -> Value {
    switch storage {
    case .values(let values): values[index]
    case .texts(let texts): .string(texts[index])
    }
  }
}

extension ValueList: ExpressibleByArrayLiteral {
  package init(arrayLiteral elements: Value...) { self.init(elements) }
}

// However they are stored.
extension ValueList: Hashable {
  package static func == (left: ValueList, right: ValueList) -> Bool { left.elementsEqual(right) }

  package func hash(into hasher: inout Hasher) {
    hasher.combine(count)
    for value in self { hasher.combine(value) }
  }
}

extension ValueList: CustomStringConvertible {
  package var description: String { Array(self).description }
}

extension Value {
  package static func list(_ values: [Value]) -> Value { .list(ValueList(values)) }
}

internal import PipeWeb

struct SeenURLs {
  private var numbers: [URLFingerprint: Int] = [:]
  private var notes: [UInt16] = []
  init(memory: Int) {}
  var count: Int { notes.count }
  mutating func number(of fingerprint: URLFingerprint) throws(RunError) -> (number: Int, isNew: Bool) {
    if let number = numbers[fingerprint] { return (number, false) }
    numbers[fingerprint] = notes.count
    notes.append(0)
    return (notes.count - 1, true)
  }
  func note(of number: Int) -> UInt16 { notes[number] }
  mutating func setNote(_ note: UInt16, of number: Int) { notes[number] = note }
}

struct PageBook {
  private var urls: [String] = []
  private var blocks: [Int: [UInt8]] = [:]
  private var parents: [Int: Int] = [:]
  init() {}
  mutating func add(url: Span<UInt8>) throws(RunError) {
    urls.append(url.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) })
  }
  func url(of number: Int) throws(RunError) -> String { urls[number] }
  mutating func setLinks(_ block: [UInt8], of number: Int) throws(RunError) { blocks[number] = block }
  func links(of number: Int) throws(RunError) -> [UInt8]? { blocks[number] }
  mutating func setParent(_ parent: Int?, of number: Int) throws(RunError) { parents[number] = parent }
  func parent(of number: Int) throws(RunError) -> Int? { parents[number] }
}

struct NumberQueue {
  private var numbers: [Int] = []
  init() {}
  var count: Int { numbers.count }
  mutating func append(_ number: Int) throws(RunError) { numbers.append(number) }
  func number(at index: Int) throws(RunError) -> Int { numbers[index] }
}

import PipeTesting
import PipeText
import Testing

@testable import PipeEngine

@Suite("Quantiles")
struct QuantileSketchTests {
  private func exact(_ values: [Double], _ percent: Int) -> Double {
    values.sorted()[max(1, (values.count * percent + 99) / 100) - 1]
  }

  @Test("percentiles of a few hundred numbers are exact", arguments: [1, 2, 3, 20, 100, 512])
  func few(count: Int) {
    var random = RepeatableRandom(seed: UInt64(count))
    let values = (0..<count).map { _ in Double.random(in: -5...1000, using: &random) }
    var sketch = QuantileSketch()
    for value in values { sketch.add(value) }
    for percent in [1, 50, 95, 99, 100] { #expect(sketch.percentile(percent) == exact(values, percent)) }
  }

  @Test("those of many are within half a per cent, of whatever size and sign the numbers are", arguments: 0..<12)
  func many(seed: Int) throws {
    var random = RepeatableRandom(seed: UInt64(seed))
    let values = (0..<20_000).map { _ -> Double in
      let size = Double.random(in: 0...1, using: &random)
      switch seed % 4 {
      case 0: return size * 2
      case 1: return size * 1e15
      case 2: return (size - 0.5) * 1e-3
      default: return Double(Int.random(in: -3...30, using: &random))
      }
    }
    var sketch = QuantileSketch()
    for value in values { sketch.add(value) }
    for percent in [1, 10, 50, 95, 99, 100] {
      let (found, wanted) = (try #require(sketch.percentile(percent)), exact(values, percent))
      #expect(abs(found - wanted) <= abs(wanted) * 0.0051 + 1e-9, "\(percent): \(found), not \(wanted)")
    }
  }

  @Test(
    "two that are joined are as one, however many each has",
    arguments: [(3, 5), (500, 20), (600, 3), (3, 600), (900, 900)])
  func joined(counts: (Int, Int)) {
    var random = RepeatableRandom(seed: 1)
    let first = (0..<counts.0).map { _ in Double.random(in: -1...1, using: &random) }
    let second = (0..<counts.1).map { _ in Double.random(in: 0...9, using: &random) }
    var (left, right, all) = (QuantileSketch(), QuantileSketch(), QuantileSketch())
    for value in first { left.add(value) }
    for value in second { right.add(value) }
    for value in first + second { all.add(value) }
    left.add(right)
    #expect(left.count == all.count)
    for percent in [1, 50, 99] { #expect(left.percentile(percent) == all.percentile(percent)) }
  }

  @Test("it is the same once it was written and read", arguments: [0, 1, 512, 513, 3000])
  func coded(count: Int) {
    var random = RepeatableRandom(seed: 2)
    var sketch = QuantileSketch()
    for _ in 0..<count { sketch.add(Double.random(in: -1...9, using: &random)) }
    var bytes: [UInt8] = []
    sketch.encode(into: &bytes)
    var reader = ByteReader(bytes)
    #expect(QuantileSketch(&reader) == sketch)
    #expect(reader.isAtEnd)
    for end in 0..<min(bytes.count, 300) {
      var reader = ByteReader(bytes.prefix(end))
      #expect(QuantileSketch(&reader) == nil)
    }
  }

  @Test("zero and what is next to it")
  func zeros() {
    var sketch = QuantileSketch()
    for _ in 0..<600 { sketch.add(0) }
    for _ in 0..<600 { sketch.add(.leastNonzeroMagnitude) }
    #expect(sketch.percentile(50) == 0)
    sketch.add(.greatestFiniteMagnitude)
    #expect((sketch.percentile(100) ?? 0) > 1.7e308)
    #expect(QuantileSketch().percentile(50) == nil)
  }
}

import PipeSpec
import Testing

@Suite("Durations, sizes, rates and numbers")
struct QuantityTests {
  private func decode<Value>(_ text: String, _ shape: Shape<Value>) -> (value: Value?, faults: [Diagnostic]) {
    let file = SourceFile(name: "a.yaml", text: text)
    var variables = Variables()
    variables = Variables(environment: ["N": "5"])
    var context = DecodingContext(file: file, variables: variables)
    guard let root = Document(reading: file).root else { return (nil, []) }
    return (shape.decode(root, &context), context.diagnostics)
  }

  @Test(
    "a duration is read",
    arguments: [
      ("250ms", Duration.milliseconds(250)), ("10s", .seconds(10)), ("1.5s", .milliseconds(1500)),
      ("2m", .seconds(120)),
      ("1h", .seconds(3600)), ("10 s", .seconds(10)), ("0s", .zero),
    ])
  func duration(text: String, value: Duration) { #expect(decode(text, Shape<Duration>.duration()).value == value) }

  @Test(
    "what is no duration is told",
    arguments: [
      ("10", "did you mean 10s?"), ("10sec", "did you mean 10s?"), ("10 Minutes", "did you mean 10m?"),
      ("10S", "did you mean 10s?"), ("soon", "write it as 10s"), ("-5s", "write it as 10s"), (".5s", "write it as 10s"),
      ("10y", "the units are ms, s, m, h"), ("~", "write it as 10s"),
    ])
  func noDuration(text: String, hint: String) {
    let (value, faults) = decode(text, Shape<Duration>.duration())
    #expect(value == nil)
    #expect(faults.map(\.hint) == [hint])
  }

  @Test(
    "a size is read",
    arguments: [("512B", 512), ("64KiB", 65_536), ("10MiB", 10_485_760), ("5MB", 5_000_000), ("1.5kB", 1500)])
  func size(text: String, bytes: Int) {
    #expect(decode(text, Shape<ByteCount>.size(from: "1B", to: "1GiB")).value == ByteCount(bytes))
  }

  @Test(
    "a rate is read", arguments: [("5/s", Duration.milliseconds(200)), ("30/m", .seconds(2)), ("1 /h", .seconds(3600))])
  func rate(text: String, interval: Duration) { #expect(decode(text, Shape<Rate>.rate).value?.interval == interval) }

  @Test(
    "a quantity beyond its bounds is told with them",
    arguments: [
      ("0ms", Shape<Duration>.duration(from: "1ms", to: "24h").bounded, "must be from 1ms to 24h, not 0ms"),
      ("0.0009s", Shape<Duration>.duration(from: "1ms", to: "24h").bounded, "must be from 1ms to 24h, not 0.0009s"),
      ("25h", Shape<Duration>.duration(from: "1ms", to: "24h").bounded, "must be from 1ms to 24h, not 25h"),
      ("1001h", Shape<Duration>.duration().bounded, "must be from 0s to 1000h, not 1001h"),
      ("1000000GB", Shape<ByteCount>.size(from: "1B", to: "1GiB").bounded, "must be from 1B to 1GiB, not 1000000GB"),
      ("0.4B", Shape<ByteCount>.size(from: "1B", to: "1GiB").bounded, "must be from 1B to 1GiB, not 0.4B"),
      ("0/s", Shape<Rate>.rate.bounded, "must be from 0.001/h to 1000000/s, not 0/s"),
      (
        "0.0000000000000000000000000000000000000000001/h", Shape<Rate>.rate.bounded,
        "must be from 0.001/h to 1000000/s, not 0.0000000000000000000000000000000000000000001/h"
      ),
      ("0.0000001/s", Shape<Rate>.rate.bounded, "must be from 0.001/h to 1000000/s, not 0.0000001/s"),
      ("2000000/s", Shape<Rate>.rate.bounded, "must be from 0.001/h to 1000000/s, not 2000000/s"),
      ("0", Shape<Int>.int(1...100).bounded, "must be from 1 to 100, not 0"),
      ("99999999999999999999", Shape<Int>.int(1...100).bounded, "must be from 1 to 100, not 99999999999999999999"),
    ])
  func bounds(text: String, shape: Shape<Bool>, message: String) {
    let (value, faults) = decode(text, shape)
    #expect(value == nil)
    #expect(faults.map(\.message) == ["the pipeline " + message])
    #expect(faults.map(\.code) == [.outOfRange])
  }

  @Test("the bounds themselves are within", arguments: ["0.001/h", "1000000/s", "60000000/m", "0.000001/s"])
  func rateBounds(text: String) { #expect(decode(text, Shape<Rate>.rate).value != nil) }

  @Test("a number may come from the environment, in quotes too", arguments: ["${env:N}", "\"${env:N}\"", "'${env:N}'"])
  func interpolated(text: String) { #expect(decode(text, Shape<Int>.int()).value == 5) }

  @Test("a number in quotes is a text, and that is told")
  func quoted() {
    let (value, faults) = decode("'5'", Shape<Int>.int())
    #expect(value == nil)
    #expect(faults.map(\.hint) == ["write it without quotes"])
  }
}

extension Shape {
  /// One type for all shapes of a table.
  fileprivate var bounded: Shape<Bool> { map { _, _, _ in true } }
}

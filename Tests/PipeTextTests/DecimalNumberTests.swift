import Testing

@testable import PipeText

struct DecimalNumberTests {
  @Test(
    arguments: [
      ("0", 0), ("-0", 0), ("12", 12), ("+7", 7), ("007", 7), ("12.0", 12), ("1.20e1", 12), ("1200e-2", 12), ("5.", 5),
      ("1e2", 100), ("-3.000", -3), ("0.00e9", 0), ("9223372036854775807", .max), ("-9223372036854775808", .min),
      ("9223372036854775807.0", .max), ("9007199254740993", 9_007_199_254_740_993), ("0e999999999999999999", 0),
    ] as [(String, Int)])
  func `A whole number is an integer, however it is written`(text: String, value: Int) throws {
    let number = try #require(DecimalNumber(text))
    #expect(number.isWhole)
    #expect(number.integer == value)
  }

  @Test(arguments: ["9223372036854775808", "-9223372036854775809", "1e19", "1E400", "12345678901234567890"])
  func `A whole number beyond 64 bits is whole, and not an integer`(text: String) throws {
    let number = try #require(DecimalNumber(text))
    #expect(number.isWhole)
    #expect(number.integer == nil)
  }

  @Test(arguments: ["1.5", "0.1", "-12.0001", "1e-1", "1E-400", "120e-2"])
  func `A number with a fraction is not whole`(text: String) throws {
    let number = try #require(DecimalNumber(text))
    #expect(!number.isWhole)
    #expect(number.integer == nil)
  }

  @Test(arguments: [
    "", ".", "-", "e5", "1e", "1e+", "inf", "nan", "0x10", "1 2", " 1", "1.2.3", "--1", "1_000", "١", "[1]", "true",
  ])
  func `What is not a number is none`(text: String) { #expect(DecimalNumber(text) == nil) }

  @Test func `Numbers are in the order of their values`() throws {
    let ascending = [
      "-1E400", "-12345678901234567891", "-12345678901234567890", "-1.5", "-1.4999", "-1E-400", "0", "1E-400", "0.1",
      "0.10000000000000001", "1", "1.05", "1.1", "2", "10", "9007199254740992", "9007199254740993", "1E399", "1E400",
    ]
    let numbers = try ascending.map { try #require(DecimalNumber($0)) }
    for (left, one) in numbers.enumerated() {
      for (right, other) in numbers.enumerated() {
        #expect((one < other) == (left < right), "\(ascending[left]) \(ascending[right])")
        #expect((one == other) == (left == right), "\(ascending[left]) \(ascending[right])")
      }
    }
  }

  @Test(arguments: [
    ("1.10", "1.1"), ("1E2", "100"), ("-0", "0"), ("0.001", "1e-3"),
    ("12345678901234567890.0", "1234567890123456789e1"),
  ])
  func `Two ways to write a number are equal`(left: String, right: String) {
    #expect(DecimalNumber(left) == DecimalNumber(right))
  }
}

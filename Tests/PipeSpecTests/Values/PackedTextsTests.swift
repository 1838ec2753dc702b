import PipeSpec
import Testing

struct PackedTextsTests {
  private static func packed(_ texts: [String]) -> ValueList {
    var bytes: [UInt8] = []
    var ends: [UInt32] = []
    for text in texts {
      bytes += Array(text.utf8)
      ends.append(UInt32(bytes.count))
    }
    return ValueList(PackedTexts(bytes: bytes, ends: ends))
  }

  private static func json(_ value: Value) -> String {
    var bytes: [UInt8] = []
    value.appendJSON(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test(arguments: [[], [""], ["a"], ["", "b", ""], ["https://h/?x=1,2", "é", "\"\\\n\u{1}"], ["a", "a"]])
  func `A packed list is the list of its texts`(texts: [String]) {
    let packed = Self.packed(texts)
    let values = ValueList(texts.map { .string($0) })
    #expect(packed == values)
    #expect(packed.hashValue == values.hashValue)
    #expect(Array(packed) == Array(values))
    #expect(packed.description == values.description)
    #expect(Self.json(.list(packed)) == Self.json(.list(values)))
  }

  @Test func `Lists of other texts differ`() {
    #expect(Self.packed(["a", "b"]) != Self.packed(["ab"]))
    #expect(Self.packed(["a"]) != [.int(1)])
  }

  @Test func `Texts are joined`() {
    var output = Array("before ".utf8)
    Self.packed(["a", "", "b"]).packedTexts?.append(joinedBy: Array(" | ".utf8), to: &output)
    #expect(String(decoding: output, as: UTF8.self) == "before a |  | b")
  }
}

import PipeWeb
import Testing

@Suite("URLText")
struct URLTextTests {
  private func written(_ write: (inout [UInt8]) -> Void) -> String {
    var bytes: [UInt8] = []
    write(&bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test(
    "a form's value is written as the URL Standard has it",
    arguments: [
      ("a b", "a+b"), ("a+b", "a%2Bb"), ("a&b=c", "a%26b%3Dc"), ("*-._", "*-._"), ("~!'()", "%7E%21%27%28%29"),
      ("ü", "%C3%BC"), ("\r\n", "%0D%0A"), (" ", "+"), ("", ""), ("a  b ", "a++b+"), (" \u{301}", "+%CC%81"),
      ("%", "%25"),
    ])
  func form(value: String, text: String) {
    #expect(written { URLText.append(form: value, to: &$0) } == text)
  }

  @Test(
    "a raw value keeps what has a meaning in URLs",
    arguments: [
      ("a/b?c#d", "a/b?c#d"), ("%41%zz%4", "%41%25zz%254"), ("%%41", "%25%41"), ("a b\\c", "a%20b%5Cc"),
      ("ü%C3", "%C3%BC%C3"),
      ("%", "%25"), ("", ""), ("%41%42", "%41%42"), ("\n", "%0A"),
    ])
  func raw(value: String, text: String) {
    #expect(written { URLText.append(raw: value, to: &$0) } == text)
  }

  @Test("a value has nothing but what is unreserved and %XX")
  func plain() {
    #expect(
      written { URLText.append("Az09-._~!*'();:@&=+$,/?#[] %", to: &$0) }
        == "Az09-._~%21%2A%27%28%29%3B%3A%40%26%3D%2B%24%2C%2F%3F%23%5B%5D%20%25")
  }
}

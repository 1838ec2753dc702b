import PipeSpec
import Testing

@Suite("Text cut into lines")
struct WrappedTextTests {
  @Test("lines are as long as they may be, and no longer")
  func wrapped() {
    #expect("one two three four".wrapped(to: 9, indent: "  ", first: "- ") == ["- one two", "  three", "  four"])
  }

  @Test("a long word has a line of its own")
  func longWord() {
    #expect("a incomprehensible b".wrapped(to: 6, indent: "") == ["a", "incomprehensible", "b"])
  }

  @Test("an empty text is an empty line")
  func empty() { #expect("".wrapped() == [""]) }
}

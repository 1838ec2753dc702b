import PipeText
import Testing

struct ExactTextTests {
  @Test(arguments: [
    ("a", "a", true), ("é", "é", true), ("e\u{301}", "e\u{301}", true), ("", "", true),
    ("é", "e\u{301}", false), ("e\u{301}", "é", false), ("\u{212B}", "Å", false), ("\u{2126}", "Ω", false),
    ("\u{212A}", "K", false), ("a", "A", false), ("a", "ab", false), ("가", "\u{1100}\u{1161}", false),
    ("q\u{307}\u{323}", "q\u{323}\u{307}", false), (";", "\u{37E}", false),
  ])
  func textsAreTheSameByTheirCodePoints(_ left: String, _ right: String, _ areSame: Bool) {
    #expect(left.isExactly(right) == areSame)
    #expect(left[...].isExactly(right[...]) == areSame)
    #expect((ExactText(left) == ExactText(right)) == areSame)
    #expect(Set([ExactText(left), ExactText(right)]).count == (areSame ? 1 : 2))
  }

  @Test(arguments: [
    ("Keywords", "kEYWORDS", true), ("\u{212A}eywords", "keywords", false), ("É", "é", false), ("İ", "i\u{307}", false),
    ("É", "e\u{301}", false), ("[", "{", false), ("@", "`", false), ("a", "ab", false),
  ])
  func onlyTheLettersOfASCIIHaveCases(_ left: String, _ right: String, _ areSame: Bool) {
    #expect(left.isExactlyInAnyCase(right) == areSame)
    #expect(left.inASCIILowercase.isExactly(right.inASCIILowercase) == areSame)
  }
}

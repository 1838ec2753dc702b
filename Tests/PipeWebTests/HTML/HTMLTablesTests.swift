import Testing

@testable import PipeWeb

struct HTMLTablesTests {
  @Test func `Every tag is found by its name, in any case`() {
    let names = HTMLTagTable.words(HTMLTag.names)
    #expect(names.count == HTMLTag.allCases.count - 1)
    for (name, tag) in zip(names, HTMLTag.allCases.dropFirst()) {
      #expect(HTMLTagTable.shared.slot(of: HTMLName(name.uppercased().utf8)).tag == tag)
      let caseName = "\(tag)".lowercased()
      #expect(caseName == name.replacing("-", with: ""))
    }
    #expect(HTMLTagTable.shared.slot(of: HTMLName("bogus")).tag == .other)
  }

  @Test func `Every name that has a trait is a tag`() {
    for list in HTMLTagTraits.lists {
      for name in HTMLTagTable.words(list.names) {
        #expect(HTMLTagTable.shared.slot(of: HTMLName(name.utf8)).traits.contains(list.trait), "\(name)")
      }
    }
  }

  @Test func `Names of more than sixteen bytes are told apart`() {
    #expect(HTMLName("abcdefghijklmnopq".utf8) != HTMLName("abcdefghijklmnopr".utf8))
    #expect(HTMLName("ABCDEFGHIJKLMNOPQ".utf8) == HTMLName("abcdefghijklmnopq".utf8))
    #expect(HTMLName("abcdefghijklmnop".utf8) != HTMLName("abcdefghijklmnopq".utf8))
  }

  @Test func `The table of character references is whole`() {
    #expect(NamedCharacterReferences.shared.count == 2_125)
  }

  @Test(arguments: [
    ("&amp;", "&"), ("&AMP", "&"), ("&ampx", "&x"), ("&notit;", "¬it;"), ("&notin;", "∉"), ("&NotEqualTilde;", "≂̸"),
    ("&#65;&#x41;&#X41", "AAA"), ("&#0;&#xD800;&#x110000;&#99999999999;", "\u{FFFD}\u{FFFD}\u{FFFD}\u{FFFD}"),
    ("&#128;&#x9f;&#129;", "€Ÿ\u{81}"), ("&;&#;&#x;&bogus;& ", "&;&#;&#x;&bogus;& "), ("a\r\nb\rc\nd", "a\nb\nc\nd"),
    ("&#13;\u{0}", "\r\u{FFFD}"),
  ])
  func `Text resolves character references, line ends and NUL`(raw: String, text: String) {
    let resolved = Array(raw.utf8).withUnsafeBufferPointer {
      HTMLText(references: .inText, nulls: .replaced).string($0)
    }
    #expect(Array(resolved.utf8) == Array(text.utf8))
  }

  @Test(arguments: [
    ("&copy=1", "&copy=1"), ("&copy1", "&copy1"), ("&copy;=1", "©=1"), ("&copy", "©"), ("&copy.", "©."),
  ])
  func `In attributes a name without its semicolon yields to what follows`(raw: String, text: String) {
    #expect(Array(raw.utf8).withUnsafeBufferPointer { HTMLText.attribute.string($0) } == text)
  }
}

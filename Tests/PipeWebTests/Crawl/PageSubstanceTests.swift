import PipeTesting
import Testing

@testable import PipeWeb

struct PageSubstanceTests {
  @Test func `What pages of a trap say otherwise is not substance`() throws {
    func hash(_ text: String, _ url: String) throws -> UInt64 {
      PageSubstance.hash(of: text.utf8.span, at: try WebURL(parsing: url))
    }
    let one = try hash("May 2024: nothing on 3, 4 and 5", "https://s.test/c?m=5")
    #expect(try hash("nothing on 30, 31 AND May, 1999", "https://s.test/c?m=5") == one)
    #expect(try hash("June 2024: nothing on 3, 4 and 5", "https://s.test/c?m=5") != one)
    #expect(try hash("May 2024: nothing on 3, 4 and 500", "https://s.test/c?m=5") != one)
    #expect(
      try hash("no foo here", "https://s.test/foo") == hash("no bar here", "https://s.test/bar"))
  }

  @Test(arguments: [
    ("<p>one two</p>", "<b>two</b> <i>one</i>", true),
    ("<p>one two</p>", "<p>one three</p>", false),
    ("<p title='other' class=x>one</p>", "<p>one</p>", true),
    ("one<script>if (a < b) two()</script>", "one", true),
    ("one<SCRIPT src=x>two</script >", "one<style>p > a {}</style>", true),
    ("one<!-- two > three -->", "one", true),
    ("one<!doctype html>", "one<?php two ?>", true),
    ("<a href=/2024/5>one</a>", "<a href=/2024/6>one</a>", true),
    ("<img src=/1.jpg>", "<img src=/2.jpg>", false),
    ("<img src=/1.jpg data-x=1>", "<IMG data-x=2 SRC='/1.jpg'/>", true),
    ("<img src=/1.jpg alt=one>", "<img src=/1.jpg alt=two>", false),
    ("<img title='>' src=/1.jpg>", "<img src=/1.jpg>", true),
    ("a < b", "a b", true), ("<", "", true), ("<a", "", true), ("<img src='", "", true), ("<img src=", "", true),
    ("</", "", true), ("<!", "", true), ("<!--", "", true), ("<script>", "", true), ("<a href=\"", "", true),
    ("on page 7 of may 2024", "of may on page", true), ("777", "778", false),
  ])
  func `Of HTML counts what is shown, without tags and scripts, and how pictures are named`(
    one: String, other: String, isSame: Bool
  ) throws {
    let url = try WebURL(parsing: "https://s.test/x/y")
    let hashes = [one, other].map { PageSubstance.hash(ofHTML: $0.utf8.span, at: url) }
    #expect((hashes[0] == hashes[1]) == isSame)
  }

  @Test func `Reading what is not HTML ends, whatever it is`() throws {
    let url = try WebURL(parsing: "https://s.test/")
    var random = RepeatableRandom(seed: 5)
    let alphabet = Array("<<>>!-/='\" asrciptyleimg123&;\u{0}".utf8)
    for _ in 0..<300 {
      let bytes = (0..<Int.random(in: 0...200, using: &random)).map { _ in alphabet.randomElement(using: &random) ?? 0 }
      _ = PageSubstance.hash(ofHTML: bytes.span, at: url)
    }
    let long = Array(repeating: UInt8(ascii: "<"), count: 2 * PageSubstance.limit)
    _ = PageSubstance.hash(ofHTML: long.span, at: url)
  }
}

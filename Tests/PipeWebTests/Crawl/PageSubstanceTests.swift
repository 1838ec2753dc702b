import PipeTesting
import Testing

@testable import PipeWeb

struct PageSubstanceTests {
  @Test(arguments: [
    ("May 2024: nothing today", "June 2025: nothing today", true),
    ("nothing on 3", "nothing on 9", false),
    ("Month 5 of 2020", "Month 5 of 2031", true),
    ("Population 1950 in all", "Population 1951 in all", false),
    ("Mon Tue 1 2 3 4 28 29 30", "Tue Mon 1 2 3 4 5 6 31", false),
    ("29 30 31 1 2 3 4 5 6 7 29 30", "30 31 1 2 3 4 5 6 29 30", false),
    ("31 1 2 3 4 5 6 28 29 30 1", "31 1 2 3 4 5 6 7 8 29 30 31 1", true),
    ("nothing on 12 May", "nothing on 17 December", true),
    ("until 2024-05-12 only", "until 2031-11-02 only", true), ("by 5/12/2024!", "by 7/2/2025!", true),
    ("version 1.5.12", "version 1.7.12", false),
    ("took 0.1234 seconds", "took 0.98 seconds", true), ("took 12ms", "took 1234 ms", false),
    ("took 12 ms", "took 1234 ms", true), ("took 0.1234s", "took 1.98s", true),
    ("cook 30 seconds", "cook 40 seconds", false), ("cook 30 eggs", "cook 40 eggs", false),
    ("at 10:12:33", "at 23:59:01", true), ("sunset 20:31", "sunset 20:39", false),
    ("now 12:44", "now 17:45", true), ("score 3:2", "score 3:4", false),
    ("not foo/x=7", "not foo/foo/x=8/x=6", true), ("one, two", "one: two", false), ("a+b", "a-b", false),
    ("one two", "two one", false), ("one 40 two", "one 41 two", false),
  ])
  func `What pages of a trap say otherwise is not substance`(one: String, other: String, isSame: Bool) throws {
    let url = try WebURL(parsing: "https://s.test/foo?x=7")
    let hashes = [one, other].map { PageSubstance.hash(of: $0.utf8.span, at: url, minute: 44) }
    #expect((hashes[0] == hashes[1]) == isSame)
    let html = [one, other].map {
      PageSubstance.hash(
        ofHTML: "<p>\($0.split(separator: " ").joined(separator: "</b> <b>"))".utf8.span, at: url, minute: 44)
    }
    #expect((html[0] == html[1]) == isSame)
  }

  @Test(arguments: [
    ("https://s.test/foo", "no foo here", "https://s.test/bar", "no bar here"),
    ("https://s.test/c?m=41", "page 41 leads to 42", "https://s.test/c?m=90", "page 90 leads to 91"),
    ("https://s.test/caf%C3%A9", "no café here", "https://s.test/t%C3%A9", "no té here"),
    (
      "https://s.test/a/b", "<a href='https://t.test/share?u=https%3A%2F%2Fs.test%2Fa%2Fb'>x</a>",
      "https://s.test/c/d", "<a href='https://t.test/share?u=https%3A%2F%2Fs.test%2Fc%2Fd'>x</a>"
    ),
  ])
  func `A page's own URL is not substance`(url: String, text: String, otherURL: String, other: String) throws {
    #expect(
      PageSubstance.hash(ofHTML: text.utf8.span, at: try WebURL(parsing: url))
        == PageSubstance.hash(ofHTML: other.utf8.span, at: try WebURL(parsing: otherURL)))
  }

  @Test(arguments: [
    ("<p>one two</p>", "<b>one</b> <i>two</i>", true), ("<p>one two</p>", "<p>two one</p>", false),
    ("<p>one two</p>", "<p>one three</p>", false),
    ("<p title='other' class=x>one</p>", "<p>one</p>", true),
    ("one<script>a1 < b2; 3</script>", "one", true), ("one<script>t = 'two'</script>", "one", false),
    ("<script>n='a1b2', x='aBcDe', y='0x77'</script>", "<script>n='c3d4', x='eFgHi', y='0x78'</script>", true),
    ("one<SCRIPT src=x></script >", "one<style>p > a {}</style>", true),
    ("one<!-- two > three -->", "one", true),
    ("one<!doctype html>", "one<?php two ?>", true),
    ("<a href=/2024/5>one</a>", "<a href=/2024/6>one</a>", true),
    ("<a href=https://s.test/1z>one</a>", "<a href=//S.test/2z>one</a>", true),
    ("<a href=https://a.test/>one</a>", "<a href=//b.test/>one</a>", false),
    ("<a href=https://s.testing/>one</a>", "<a href=https://s.te/>one</a>", false),
    ("<a href=mailto:a@b.test>one</a>", "<a href=mailto:c@b.test>one</a>", false),
    ("<img src=/1.jpg>", "<img src=/2.jpg>", false),
    ("<img src=/1.jpg data-x=1>", "<IMG data-x=2 SRC='/1.jpg'/>", true),
    ("<img src=/1.jpg alt=one>", "<img src=/1.jpg alt=two>", false),
    ("<img title='>' src=/1.jpg>", "<img src=/1.jpg>", true),
    ("<img src=/b.gif data-src=/1.jpg>", "<img src=/b.gif data-src=/2.jpg>", false),
    ("<img src=/b.gif data-srcset='/1.jpg 2x'>", "<img src=/b.gif data-srcset='/2.jpg 2x'>", false),
    ("<img src=/p.gif?x=1 width=1 height=1>", "<img src=/p.gif?x=2 height='1' width='1'>", true),
    ("<img src=/p.gif?x=1 style='display:none'>", "<img src=/p.gif?x=2 style='display:none'>", true),
    ("<img src=/p?id=1&rnd=1>", "<img src=/p?id=1&amp;rnd=2>", true),
    ("<img src=/p?id=1&amp;cb=1>", "<img src=/p?id=2&amp;cb=1>", false),
    ("<iframe src=https://v.test/1></iframe>", "<iframe src=https://v.test/2></iframe>", false),
    ("<meta name=description content='one'>", "<meta content='two' name=description>", false),
    ("<meta name=csrf-token content='one'>", "<meta content='two' name=csrf-token>", true),
    ("<svg><path d='M1 2'></svg>", "<svg><path d='M1 3'></svg>", false),
    ("<p style='background:url(/1.jpg)'>", "<p style='background:url(/2.jpg)'>", false),
    ("<", "", true), ("<a", "", true), ("<img src='", "", true), ("<img src=", "", true),
    ("</", "", true), ("<!", "", true), ("<!--", "", true), ("<script>", "", true), ("<a href=\"", "", true),
    ("777", "778", false),
  ])
  func `Of HTML counts what is shown, and what pictures, drawings and links to elsewhere are named`(
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
      _ = PageSubstance.hash(of: bytes.span, at: url)
    }
    let long = Array(repeating: UInt8(ascii: "<"), count: 2 * PageSubstance.limit)
    _ = PageSubstance.hash(ofHTML: long.span, at: url)
  }
}

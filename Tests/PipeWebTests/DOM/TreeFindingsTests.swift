import PipeWeb
import Testing

/// What comparing with other parsers brought up and the conformance data has no case of.
struct TreeFindingsTests {
  @Test(arguments: [
    ("</br><a href><frameset>", "<html>,  <head>,  <body>,    <br>,    <a>,      href=\"\""),
    ("<image><frameset>", "<html>,  <head>,  <body>,    <img>"),
    ("\u{0}<base>", "<html>,  <head>,  <body>,    <base>"),
    ("<title></title>\u{0} <link>", "<html>,  <head>,    <title>,  <body>,    \" \",    <link>"),
    ("<table><col>\u{0} ", "<html>,  <head>,  <body>,    <table>,      <colgroup>,        <col>,      \" \""),
    ("<frameset>& x y", "<html>,  <head>,  <frameset>,    \"  \""),
    (
      "<table><u><p><b><hr> ",
      "<html>,  <head>,  <body>,    <u>,      <p>,        <b>,      <hr>,      <b>,        \" \",    <table>"
    ),
    ("<pre>\u{0}\n", "<html>,  <head>,  <body>,    <pre>,      \"\n\""),
    ("<pre><!---->\n", "<html>,  <head>,  <body>,    <pre>,      \"\n\""),
    ("<pre><!doctype>\n", "<html>,  <head>,  <body>,    <pre>,      \"\n\""),
    (
      "<svg><foreignObject><![CDATA[\u{0}x",
      "<html>,  <head>,  <body>,    <svg>,      <foreignobject>,        \"x\""
    ),
    ("<!doctype html><!doctype><p><table>", "<html>,  <head>,  <body>,    <p>,    <table>"),
    ("</p><!doctype html><p><table>", "<html>,  <head>,  <body>,    <p>,      <table>"),
  ])
  func `A page's tree is the standard's`(page: String, tree: String) throws {
    let bytes = Array(page.utf8)
    let parsed = DOMDocument(parsing: bytes.span)
    #expect(ExpectedTree.described(try #require(parsed)).joined(separator: ",") == tree)
  }

  @Test func `A misspelt image keeps a frameset from replacing the page`() {
    var scanner = PageScanner(wanted: .links)
    _ = scanner.feed(Array("<image><a href=x><frameset>".utf8))
    #expect(scanner.finish().links.count == 1)
  }
}

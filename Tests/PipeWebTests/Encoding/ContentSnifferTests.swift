import PipeWeb
import Testing

/// WHATWG MIME Sniffing 7.1, and the two ways in which this is wider.
struct ContentSnifferTests {
  private static func type(_ bytes: [UInt8]) -> String? { ContentSniffer.mediaType(of: bytes.span)?.essence }

  @Test(arguments: [
    ("<!DOCTYPE html>", "text/html"), (" \n\t<!doctype HTML public 'x'>", "text/html"), ("<html>", "text/html"),
    ("<HeAd >", "text/html"),
    ("<script src=x>", "text/html"), ("<h1>x", "text/html"), ("<a href=x>", "text/html"), ("<b>x", "text/html"),
    ("<!-- x -->", "text/html"),
    ("<meta charset=utf-8>", "text/html"), ("<ul><li>", "text/html"), ("<br/>", "text/html"),
    ("\u{FEFF}<html>", "text/html"),
    ("<?xml version='1.0'?><a/>", "text/xml"),
    ("<?xml version='1.0'?>\n<!-- c --><rss version='2.0'>", "application/rss+xml"),
    ("<rss version='2.0'>", "application/rss+xml"), ("<feed xmlns='x'>", "application/atom+xml"),
    ("<urlset>", "text/xml"),
    ("<?xml version='1.0'?><!DOCTYPE html PUBLIC 'a' 'b' [<!ENTITY e 'x>'>]><html>", "application/xhtml+xml"),
    ("<?xml version='1.0'?><h:html xmlns:h='x'>", "application/xhtml+xml"),
    ("<svg viewBox='x'>", "image/svg+xml"), ("<!DOCTYPE svg>", "text/xml"), ("<blah>", "text/plain"),
    ("<apple", "text/plain"), ("<", "text/plain"),
    ("plain text", "text/plain"), ("{\"a\": 1}", "text/plain"), ("", "text/plain"), ("%PDF-1.7", "application/pdf"),
    ("GIF89a", "image/gif"),
    ("PK\u{3}\u{4}", "application/zip"), ("a\u{0}b", "application/octet-stream"), ("text <html>", "text/plain"),
  ])
  func `Content is told by its beginning`(content: String, expected: String) {
    #expect(Self.type(Array(content.utf8)) == expected)
  }

  @Test(
    arguments: [
      ([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A], "image/png"), ([0xFF, 0xD8, 0xFF, 0xE0], "image/jpeg"),
      ([0xFF, 0xFE, 0x3C, 0x00, 0x70, 0x00, 0x3E, 0x00], "text/html"), ([0xFE, 0xFF, 0x00, 0x61], "text/plain"),
      ([0x1F, 0x8B, 0x08, 0x00], "application/x-gzip"), ([0x3C, 0x00, 0x3F, 0x00, 0x78, 0x00], "text/xml"),
      (Array("RIFF\0\0\0\0WEBPVP8 ".utf8), "image/webp"), ([0xE9, 0x20], "text/plain"),
    ] as [([UInt8], String)])
  func `Content that is no text is told, too`(content: [UInt8], expected: String) {
    #expect(Self.type(content) == expected)
  }
}

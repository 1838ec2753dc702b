/// Redirects that must not, or cannot, be followed.
enum BrokenRedirectRoutes {
  static let all: [Route] = [
    BrokenRoutes.broken("redirect-to-file", "a redirect to file:///etc/passwd") { _, _ in
      .redirect(to: "file:///etc/passwd")
    },
    BrokenRoutes.broken("redirect-to-loopback2", "a redirect to another address of this machine") { request, _ in
      .redirect(to: "\(Origin(host: "127.0.0.2", port: request.origin.port))/")
    },
    BrokenRoutes.broken(
      "bad-location", "a redirect without a Location, or with one that is not a URL",
      kinds: [
        "none": { answer([]) },
        "empty": { answer(["Location: "]) },
        "invalid": { answer(["Location: http://[/"]) },
        "no-host": { answer(["Location: http://"]) },
        "port": { answer(["Location: http://127.0.0.1:99999/"]) },
        "space": { answer(["Location: /get?num=1 2"]) },
        "nul": { answer(["Location: /get?num=1\0"]) },
        "long": { answer(["Location: /" + String(repeating: "l", count: 50_000)]) },
        // RFC 9110 5.3: a field that is not a list stands once.
        "two": { answer(["Location: /get?num=1", "Location: /get?num=2"]) },
      ]),
  ]

  private static func answer(_ fields: [String]) -> Answer {
    let html = HTMLText.page(title: "302 Found")
    let lines = ["HTTP/1.1 302 Found", "Content-Type: text/html", "Content-Length: \(html.utf8.count)"] + fields
    return .raw(lines.joined(separator: "\r\n") + "\r\n\r\n" + html)
  }
}

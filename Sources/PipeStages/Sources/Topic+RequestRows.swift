package import PipeSpec

extension Topic {
  /// What a row of JSON lines says of its request.
  package static let requestRows = Topic(
    "request-rows", aliases: ["requests", "request-row"], title: "Rows that are requests",
    [
      .paragraph(
        """
        With `requests: true`, a row of JSON lines says of its request what its members `method`, `headers` \
        and `body` say. They win over what the source and fetch say. Without it they are columns as any other: \
        a list that a crawl has written, or a stranger, could otherwise send what it likes. Every member can \
        be read by the extractor `input`, and stand in a template, these too.
        """),
      .table([
        Row("url", "The URL; required. field gives another name, and the source's url makes one of columns."),
        Row(
          "method",
          "GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS, in any case. Without it, as fetch says, or POST of a body."),
        Row(
          "headers",
          """
          An object of header fields. A text, a number, true or false is a value; "" sends the field without \
          one. Fields that only the client can set, such as Content-Length, are refused.
          """),
        Row(
          "body",
          """
          The content. A text is sent as it is; an object, a list, a number or a truth value as JSON. JSON is \
          sent as application/json unless a Content-Type is given.
          """),
      ]),
      .example(
        #"""
        {"url": "https://a.example/find", "method": "POST", "body": {"q": "lamp"}}
        {"url": "https://a.example/b", "headers": {"Accept": "text/csv"}, "note": "x"}
        """#),
      .example(
        """
        sources:
          - file: {path: requests.jsonl, requests: true}
        extract:
          status: status
          note: {input: note}
        """),
      .paragraph(
        """
        A row whose members are not what they should be is a record with the error bad-url, which names the \
        line; the others are not affected. Credentials and fields such as Authorization stay with the origin \
        that was asked first.
        """),
    ])
}

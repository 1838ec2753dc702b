package import PipeSpec

extension Topic {
  /// How requests are made of rows.
  package static let templates = Topic(
    "templates", aliases: ["template", "placeholders"], title: "Requests from rows",
    [
      .paragraph(
        """
        `url`, `params`, `headers` and `body` of a source may hold the names of its columns in braces: one \
        request for each row. A template is read once, before the run; a column that the rows do not have is \
        an error then, where that can be known, and otherwise a record with the error bad-url that names the \
        row and the column. No request is sent with a hole in it.
        """),
      .example(
        """
        sources:
          - file:
              path: cities.csv
              url: "https://api.example/v1/{country}/search?q={city}"
              params: {lang: en, page: 1}
              headers: {X-Request-Id: "{id}"}
          - file: {path: words.txt, url: "https://api.example/find", body: {json: {q: "{line}", limit: 10}}}
          - range: {url: "https://api.example/list", params: {page: "{n}"}, to: 20}
          - urls: [{city: Bern}, {city: Genève}]
            url: "https://api.example/search?q={city}"
        """),
      .paragraph(
        """
        The columns are the names of a CSV header, the members of a JSON line, the keys of an element of \
        `urls`; of a list of lines there is one, `line`, and of a range one, `n`.
        """),
      .heading("What stands in braces"),
      .table([
        Row("{city}", "The value, encoded for its place. It cannot leave it."),
        Row(
          "{+path}",
          """
          A part of a URL as it is: what has a meaning in URLs, and %XX, stay. In JSON, alone in its text, a JSON \
          value. At the start of `url` it is the whole URL, which must be http or https.
          """),
        Row("{{ and }}", "Braces. What `${…}` brings is text, braces and all."),
      ]),
      .paragraph(
        """
        These are levels 1 and 2 of RFC 6570, without {#name}: write #{name}. Lists of names, {?name}, {name:3} \
        and {name*} are not known. A name may have any characters but braces, quotes and commas; capitals count.
        """),
      .heading("How values are encoded"),
      .table([
        Row(
          "path, query, fragment",
          """
          All but letters, digits and -._~ becomes %XX, so / ? # & = + and % too. In the path, an empty value is \
          an error, and so is one that would make a segment . or .. of it.
          """),
        Row(
          "host, port",
          """
          https://{shop}.example.com: a part of a host's name, or where it is all between // and /, a host with \
          or without a port. Anything else is an error. No column changes a host that the spec writes out.
          """),
        Row("params", "Added to the query of the URL, the template's or the row's own."),
        Row("headers", "As it is. A line break or a NUL is an error."),
        Row(
          "body: {json: …}",
          """
          Escaped within its text; "{n}" is a text, also of a number, and "{+n}" alone is JSON: a number, true, \
          null, a list or an object. A cell that is not JSON is an error there.
          """),
        Row("body: {form: …}", "As a form sends it: a space becomes +."),
        Row("body: TEXT", "As it is: nothing is known of the place."),
        Row("body: {file: PATH}", "The bytes of the file, without columns."),
      ]),
      .paragraph(
        """
        `{json: …}` sends Content-Type: application/json, and `{form: …}` \
        application/x-www-form-urlencoded, unless `headers` has one. A request with a body goes by POST unless \
        `method`, of the source or of fetch, says otherwise. An empty cell is an empty value, but for the path \
        and the host; null, a list or an object of a JSON line has no place in a text and is an error.
        """),
    ])
}

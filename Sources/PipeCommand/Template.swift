/// A spec that `pipe init` writes: it runs as it is, and does the person's own work after one edit.
struct Template: Sendable {
  let name: String
  let summary: String
  /// What the person edits.
  let edit: String
  private let body: String

  /// - Parameter schema: The file of the schema, as editors find it from the spec.
  func text(name: String, schema: String) -> String {
    "# yaml-language-server: $schema=\(schema)\n" + body.replacing("NAME", with: name)
  }

  static let all = [
    Template(
      name: "list", summary: "the title and status of every page of a list", edit: "the urls",
      body: """
        # The title and status of every page of a list.
        version: 1
        name: NAME

        sources:
          - urls:
              - https://example.com/
              - https://example.org/
          # Or one URL a line from a file: - file: urls.txt

        fetch:
          concurrency: 10
          timeout: 30s

        extract: [url, final_url, status, title, length]

        sinks:
          - csv: out/NAME.csv

        """),
    Template(
      name: "monitor", summary: "which pages of a site answer, how fast, and which do not", edit: "the urls",
      body: """
        # Which pages answer, how fast, and which do not: run it from a timer, the rows add up.
        version: 1
        name: NAME

        sources:
          - urls:
              - https://example.com/
              - https://example.com/missing

        fetch:
          timeout: 10s
          per_host: {concurrency: 2, delay: 200ms}

        extract: [url, status, elapsed, ttfb, length, error]

        sinks:
          # Every check of every run.
          - csv: {path: out/NAME.csv, mode: append}
          # What is broken now.
          - jsonl: {path: out/NAME-broken.jsonl, when: status >= 400 or error != null}

        """),
    Template(
      name: "crawl", summary: "every page of a site, and its broken links", edit: "the urls",
      body: """
        # Every page of a site with its title, and every link that leads nowhere with the page that has it.
        version: 1
        name: NAME

        sources:
          - urls: [https://example.com/]

        fetch:
          timeout: 10s
          per_host: {concurrency: 2, delay: 200ms}

        crawl:
          depth: 3
          scope: host
          # exclude: [/search*, "*.pdf"]
          # check: external # links to other sites are checked, too
          max_pages: 1000

        extract: [url, status, title, depth, referrer]

        sinks:
          - csv: out/NAME.csv
          - csv:
              path: out/NAME-broken-links.csv
              rows: links
              when: not ok
              fields: [from, line, column, to, text, status, error]

        """),
    Template(
      name: "sitemap", summary: "every page that a site's sitemap names", edit: "the site",
      body: """
        # Every page that a site's sitemap names, found by its robots.txt.
        version: 1
        name: NAME

        sources:
          - sitemap: {discover: https://example.com/}

        fetch:
          timeout: 10s
          per_host: {concurrency: 2, delay: 200ms}

        extract: [url, status, title, length]

        sinks:
          - csv: out/NAME.csv

        """),
    Template(
      name: "feed", summary: "the pages that a feed links to, with what it says of them", edit: "the feed",
      body: """
        # The pages that a feed (RSS, Atom or JSON Feed) links to, with what the feed says of them.
        version: 1
        name: NAME

        sources:
          - feed: https://example.com/feed.xml

        fetch:
          timeout: 10s
          per_host: {concurrency: 2, delay: 200ms}

        extract:
          url: url
          status: status
          title: title
          published: {input: published}
          entry: {input: title}

        sinks:
          - csv: out/NAME.csv

        """),
    Template(
      name: "api", summary: "the pages of a JSON API, an object a line", edit: "the url and the paths",
      body: """
        # The pages of a JSON API, an object a line.
        version: 1
        name: NAME

        sources:
          - range: {url: "https://jsonplaceholder.typicode.com/todos/{n}", from: 1, to: 5}

        fetch:
          headers: {Accept: application/json}
          per_host: {rate: 5/s}

        extract:
          url: url
          status: status
          title: {json: $.title}
          done: {json: {path: $.completed, as: bool}}

        sinks:
          - jsonl: out/NAME.jsonl

        """),
  ]
}

package import PipeSpec

extension Topic {
  /// The codes that the field `error` begins with.
  package static let errorCodes = Topic(
    "error-codes", aliases: ["errors", "error-code"], title: "Error codes", entries: codeEntries,
    [
      .paragraph(
        """
        A request that fails is a record whose field `error` says why, as `code: message`; its status is null unless the \
        head of an answer came. An answer is no error, whatever its status: a 404 has no `error`, and is `not ok`. \
        `pipe explain error.timeout` tells of one code alone.
        """),
      .table(codeRows),
      .heading("In conditions"),
      .example(
        """
        when: error starts_with 'timeout'
        when: error != null and error not starts_with 'robots'
        """),
    ])

  private static let codeRows = RequestError.Code.allCases.map { Row($0.rawValue, "\($0.meaning) \($0.advice)") }

  private static let codeEntries = RequestError.Code.allCases.map { code in
    Entry("error.\(code.rawValue)", [.paragraph("\(code.rawValue): \(code.meaning)"), .paragraph(code.advice)])
  }
}

extension RequestError.Code {
  /// When it is used.
  var meaning: String {
    switch self {
    case .badURL: "The URL of a source, of a link or of a redirect is not an http or https URL."
    case .dns: "The host's name does not exist, or the name servers had no answer."
    case .connect: "The host refused the connection, or cannot be reached."
    case .tls: "The TLS handshake failed, or the certificate cannot be trusted."
    case .timeout: "A limit of time was reached; the message says which one, and how long it is."
    case .connection: "The connection broke off before the head of the answer was whole."
    case .protocol: "The answer is not HTTP, its framing is broken, or its header is beyond the limits."
    case .body: "The content broke off, or its coding is broken. What came is kept and read, and truncated is true."
    case .tooLarge: "The content is larger than fetch.max_body, and on_max_body is fail."
    case .redirects: "There were more redirects than fetch.redirects allows, or they go round in a circle."
    case .forbidden:
      "The address is not of the public internet, or a redirect leads to something else than http and https."
    case .robots:
      "robots.txt disallows the URL, cannot be had, or asks for a longer delay than fetch.robots.max_delay."
    case .extract:
      "The page was fetched, but a field has no value: a required one is missing, a value does not convert, or is beyond "
        + "limits.value. The message names the fields."
    }
  }

  /// What to do.
  var advice: String {
    switch self {
    case .badURL:
      "Write the URL with its scheme; correct the list, or see which page has the link in the field referrer."
    case .dns: "Check the spelling of the name. If all hosts fail, the machine has no name server."
    case .connect: "Check the port and whether the server runs. A firewall or a proxy (fetch.proxy) may be in the way."
    case .tls:
      "Renew the server's certificate. For a company's own authority set fetch.tls.ca_file; fetch.tls.verify: false "
        + "trusts anybody."
    case .timeout:
      "Ask the host for less at once (fetch.per_host.concurrency, delay), or raise the limit that the message names "
        + "(fetch.timeout). It is retried by default."
    case .connection:
      "It is retried by default. If it stays so, the server or something before it ends what it does not like."
    case .protocol: "Look at the answer with pipe try URL --sent; http: 1.1 helps where HTTP/2 is broken."
    case .body: "Content that broke off is retried by default. when: not truncated leaves such records out."
    case .tooLarge: "Raise fetch.max_body, or keep the start of large pages with on_max_body: truncate."
    case .redirects: "Look where they lead with pipe try URL; cookies: run helps where a page sets a cookie first."
    case .forbidden: "Name the address or the host in fetch.allow_private if it may be fetched from."
    case .robots: "Leave such URLs out (crawl.exclude), or agree with the site's owner and set fetch.robots: ignore."
    case .extract:
      "Try the field with pipe try URL FIELD; give it a default, or remove required, if pages may lack it."
    }
  }
}

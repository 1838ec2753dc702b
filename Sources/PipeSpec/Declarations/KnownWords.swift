/// Words that people bring from other tools, with ours beside them: the hint for a key that no small
/// misspelling explains.
enum KnownWords {
  private static let words: [String: [String]] = [
    "inputs": ["sources"], "input": ["sources"], "start_urls": ["sources", "urls"], "seeds": ["sources"],
    "urls_file": ["file"], "url_file": ["file"], "url_list": ["urls"], "links": ["urls"],
    "url": ["sources", "urls"], "urls": ["sources"], "targets": ["sources"], "from": ["sources"], "to": ["sinks"],
    "output": ["sinks"], "outputs": ["sinks"], "sink": ["sinks"], "export": ["sinks"], "source": ["sources"],
    "write": ["sinks"], "destination": ["sinks"], "destinations": ["sinks"], "save": ["sinks"],
    "fields": ["extract"], "select": ["extract"], "selectors": ["extract"], "extractors": ["extract"],
    "max_concurrency": ["concurrency"], "concurrent": ["concurrency"], "parallel": ["concurrency"],
    "workers": ["concurrency"], "threads": ["concurrency"], "connections": ["concurrency"],
    "semaphore": ["concurrency"], "max_connections": ["concurrency"], "concurrent_requests": ["concurrency"],
    "max_concurrent": ["concurrency"],
    "max_workers": ["concurrency"], "jobs": ["concurrency"], "request": ["fetch"], "http": ["fetch"],
    "requests": ["fetch"], "settings": ["fetch"], "options": ["fetch"], "download": ["fetch"],
    "download_delay": ["delay"], "wait": ["delay"], "sleep": ["delay"], "rate_limit": ["rate"],
    "request_timeout": ["timeout"], "max_time": ["timeout"], "useragent": ["user_agent"], "agent": ["user_agent"],
    "filename": ["path"], "file": ["path"], "columns": ["fields"], "separator": ["delimiter"], "sep": ["delimiter"],
    "parse": ["extract"], "scrape": ["extract"], "extraction": ["extract"], "filter": ["where"],
    "if": ["when", "where"], "condition": ["when", "where"], "variables": ["vars"],
    "env": ["vars"], "max_redirects": ["redirects"], "follow_redirects": ["redirects"], "attempts": ["retry"],
    "retries": ["retry"], "max_retries": ["retry"], "max_attempts": ["attempts"], "start": ["from"], "end": ["to"],
    "stop": ["to"], "max_size": ["max_body"],
    "min_delay": ["delay"], "interval": ["delay"], "throttle": ["rate"], "json_lines": ["jsonl"], "ndjson": ["jsonl"],
    "json": ["jsonl"], "tsv": ["csv"], "excel": ["csv"], "txt": ["file"], "list": ["urls"], "stdout": ["jsonl"],
    "size": ["length"], "code": ["status"], "status_code": ["status"], "response_time": ["elapsed"],
    "time": ["elapsed"], "heading": ["h1"], "selector": ["css"], "path": ["selector"],
    "query": ["selector", "params", "path"],
    "regexp": ["regex"], "jsonpath": ["json"],
    "ssl": ["tls"], "https": ["tls"], "verify_ssl": ["verify"], "ssl_verify": ["verify"], "insecure": ["verify"],
    "ca": ["ca_file"], "cacert": ["ca_file"], "ca_cert": ["ca_file"], "cert": ["client_cert"], "key": ["client_key"],
    "certificate": ["client_cert"], "tls_version": ["min_version"], "http_version": ["http"], "proxies": ["proxy"],
    "http_proxy": ["proxy"], "https_proxy": ["proxy"], "authentication": ["auth"], "authorization": ["auth"],
    "basic_auth": ["auth"], "user": ["username", "auth"], "pass": ["password"], "token": ["bearer"],
    "cookie_jar": ["cookies"],
    "session": ["cookies"],
    "read": ["idle", "first_byte"], "read_timeout": ["idle", "timeout"], "response": ["first_byte"],
    "connect_timeout": ["connect", "timeout"], "conn": ["connect"], "handshake": ["connect"],
    "response_timeout": ["first_byte"], "backoff": ["base"], "backoff_factor": ["base"], "initial_interval": ["base"],
    "min_wait": ["base"], "max_backoff": ["max"], "max_interval": ["max"], "max_wait": ["max"], "codes": ["on"],
    "statuses": ["on"], "status_forcelist": ["on"], "retry_on": ["on"], "retry_http_codes": ["on"],
    "retry_times": ["retry"], "concurrent_requests_per_domain": ["concurrency"], "h": ["headers"],
    "header": ["headers"],
    "data": ["body"], "payload": ["body"], "validate_certs": ["verify"], "verify_certs": ["verify"],
    "ignore_https_errors": ["verify"], "strict_ssl": ["verify"], "location": ["redirects"], "follow": ["redirects"],
    "followlocation": ["redirects"], "accept": ["where"], "multiple": ["all"], "many": ["all"], "getall": ["all"],
    "get_all": ["all"], "type": ["as", "format"], "attr": ["attribute"], "parallelism": ["concurrency"],
    "ua": ["user_agent"], "request_delay": ["delay"], "rps": ["rate"], "rate_limit_minute": ["rate"],
    "to_csv": ["csv"], "csv_file": ["csv"], "feeds": ["sinks"], "stages": ["sources"],
    "items": ["extract"], "on_html": ["extract"], "assertions": ["where"], "tests": ["where"], "pages": ["sources"],
    "download_timeout": ["timeout"], "tries": ["retry", "attempts"], "input_file": ["file"], "userpwd": ["auth"],
    "querystring": ["params"], "query_params": ["params"], "qs": ["params"], "url_template": ["url"],
    "template": ["url"], "charset": ["encoding"], "codec": ["encoding"], "quotechar": ["quote"],
    "quote_char": ["quote"],
    "limit": ["limits"], "max_items": ["records"], "skip": ["where"], "match": ["where"],
  ]

  /// Words for what is said in another way here, or not done at all.
  private static let explanations: [(words: [String], text: String)] = [
    (
      ["headless", "viewport", "waitforselector", "javascript", "render", "render_js", "screenshot", "browser"],
      "pages are fetched and not rendered: no JavaScript runs"
    ),
    (
      ["depth", "max_depth", "depth_limit", "follow_links", "recursive", "spider", "recursion", "level"],
      "links are followed where there is 'crawl', for example crawl: {depth: 3}"
    ),
    (["allowed_domains", "allowed_hosts"], "'scope' under 'crawl' says which hosts belong to it"),
    (["robotstxt_obey", "robots", "robots_txt"], "'robots' under 'fetch' says whether robots.txt is obeyed"),
    (["params", "query_params", "querystring"], "write them in the URL, after '?'"),
    (
      [
        "status_code", "expected_status", "accept", "accepted_status", "handle_httpstatus_list",
        "httperror_allowed_codes",
      ],
      "every status is an answer; choose the rows with where: status == 200"
    ),
  ]

  /// What to say of a word that no key here stands for.
  static func explanation(of word: String, among known: [String]) -> String? {
    let word = fold(word)
    if word == "json" || word == "form", known.contains("params") { return "write body: {\(word): {…}}" }
    if word == "json", known.contains("body") {
      return "write body: '{…}'; JSON is sent as application/json"
    }
    guard known.contains("fetch") || known.contains("per_host"), !known.contains(word) else { return nil }
    return explanations.first { $0.words.contains(word) }?.text
  }

  private static func fold(_ word: String) -> String {
    word.lowercased().split(separator: "-").joined(separator: "_")
  }

  /// Our word for another tool's, where it is one of those that are known here.
  static func ours(for word: String, among known: [String]) -> String? {
    words[fold(word)]?.first(where: known.contains)
  }
}

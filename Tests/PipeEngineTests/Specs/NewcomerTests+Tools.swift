extension NewcomerTests {
  /// The keys, the nesting and the units of other tools.
  static let ofTools: [Case] = [
    (
      "scrapy-spider", "name: quotes\nstart_urls: [https://a.test/]\nallowed_domains: [a.test]\n",
      [("wrong-type", "start_urls is 'sources' here, what parse yields is")]
    ),
    (
      "scrapy-settings",
      whole("fetch: {CONCURRENT_REQUESTS: 8, DOWNLOAD_DELAY: 1, RETRY_TIMES: 2, DOWNLOAD_TIMEOUT: 15}\n"),
      [
        ("unknown-key", "did you mean 'concurrency'?"), ("unknown-key", "did you mean 'delay' under 'per_host'?"),
        ("unknown-key", "did you mean 'retry'?"), ("unknown-key", "did you mean 'timeout'?"),
      ]
    ),
    (
      "scrapy-robots", whole("fetch: {ROBOTSTXT_OBEY: true}\n"),
      [("unknown-key", "'robots' under 'fetch' says whether robots.txt is obeyed")]
    ),
    (
      "scrapy-per-domain", whole("fetch: {CONCURRENT_REQUESTS_PER_DOMAIN: 2}\n"),
      [("unknown-key", "did you mean 'concurrency'?")]
    ),
    (
      "scrapy-text", start + "extract: {t: 'h1::text'}\nsinks: [a.csv]\n",
      [("unknown-component", "did you mean {css: \"h1\"}?")]
    ),
    (
      "scrapy-attr", start + "extract: {t: 'a::attr(href)'}\nsinks: [a.csv]\n",
      [("unknown-component", "did you mean {css: {selector: \"a\", attribute: href}}?")]
    ),
    (
      "scrapy-get", start + "extract: {t: {css: h1, getall: true}}\nsinks: [a.csv]\n",
      [("unknown-key", "did you mean 'all'?")]
    ),
    ("scrapy-items", start + "items: {t: title}\nsinks: [a.csv]\n", [("unknown-key", "did you mean 'extract'?")]),
    (
      "scrapy-feeds", start + "extract: [url]\nFEEDS: {a.csv: {format: csv}}\n",
      [("unknown-key", "did you mean 'sinks'?")]
    ),
    (
      "lychee-config",
      "verbose: info\nmax_concurrency: 14\nmax_retries: 2\ntimeout: 20\naccept: [200, 204]\nexclude: ['^https://x']\ninclude_mail: true\n",
      [("wrong-type", "'pipe init' writes a pipeline to begin with")]
    ),
    (
      "lychee-accept", whole("fetch: {accept: [200..=299]}\n"),
      [("unknown-key", "every status is an answer; choose the rows with where: status == 200")]
    ),
    (
      "lychee-where", whole("where: status in [200..=204, 403]\n"),
      [
        ("bad-expression", "write status in 200..204, and join it to the others with 'or'"),
        ("bad-expression", "did you mean '..'? Both ends are included"),
      ]
    ),
    ("lychee-wait", whole("fetch: {retry_wait_time: 2s}\n"), [("unknown-key", "did you mean 'retry'?")]),
    (
      "httpx-timeout", whole("fetch: {timeout: {read: 5s, connect: 2s, pool: 1s}}\n"),
      [("unknown-key", "did you mean 'idle'?"), ("unknown-key", "the keys here are total, connect, first_byte, idle")]
    ),
    (
      "httpx-limits", whole("fetch: {limits: {max_connections: 10}}\n"),
      [("unknown-key", "it belongs at the top of the file")]
    ),
    ("httpx-follow", whole("fetch: {follow_redirects: true}\n"), [("unknown-key", "did you mean 'redirects'?")]),
    ("httpx-verify", whole("fetch: {verify: false}\n"), [("unknown-key", "put it under 'tls'")]),
    ("httpx-params", whole("fetch: {params: {q: x}}\n"), [("unknown-key", "write them in the URL, after '?'")]),
    ("httpx-none", whole("fetch: {timeout: None}\n"), [("out-of-range", "it cannot be switched off: the most is 24h")]),
    (
      "requests-auth", whole("fetch: {auth: [user, pass]}\n"),
      [
        ("wrong-type", "for example: auth: {origin: https://api.example.com,"),
        ("wrong-type", "for example: auth: {origin: https://api.example.com,"),
      ]
    ),
    (
      "requests-json", whole("fetch: {method: POST, json: {a: 1}}\n"),
      [("unknown-key", "write body: '{…}'; JSON is sent as application/json")]
    ),
    (
      "katana-flags", whole("fetch: {depth: 3, parallelism: 10, rate-limit: 150, headless: true}\n"),
      [
        ("unknown-key", "links are followed where there is 'crawl', for example crawl: {depth: 3}"),
        ("unknown-key", "did you mean 'concurrency'?"), ("unknown-key", "did you mean 'rate' under 'per_host'?"),
        ("unknown-key", "pages are fetched and not rendered: no JavaScript runs"),
      ]
    ),
    ("katana-crawl", whole("crawl: {max_depth: 3}\n"), [("unknown-key", "depth")]),
    (
      "colly-limit", whole("fetch: {limit_rule: {domain_glob: '*', parallelism: 2, random_delay: 5s}}\n"),
      [("unknown-key", "the keys here are concurrency, per_host, timeout, method,")]
    ),
    (
      "colly-onhtml", start + "on_html: {'a[href]': link}\nsinks: [a.csv]\n",
      [("unknown-key", "did you mean 'extract'?")]
    ),
    (
      "colly-domains", whole("allowed_domains: [a.test]\n"),
      [("unknown-key", "'scope' under 'crawl' says which hosts belong to it")]
    ),
    (
      "benthos",
      "input:\n  http_client: {url: https://a.test}\npipeline:\n  processors:\n  - mapping: 'root = this'\noutput:\n  file: {path: o}\n",
      [("wrong-type", "its input is 'sources' here, its processors are 'extract'")]
    ),
    (
      "benthos-default", whole("fetch: {headers: {X-A: '${TOKEN:none}'}}\n"),
      [("bad-value", "write ${env:TOKEN:-none} for the environment; a variable of")]
    ),
    (
      "benthos-output", start + "extract: [url]\noutput: {file: {path: a.csv, codec: lines}}\n",
      [("unknown-key", "did you mean 'sinks'?")]
    ),
    (
      "benthos-where", whole("where: this.status == 200\n"),
      [("unknown-field", "a field is written by its name alone: status")]
    ),
    (
      "vector",
      "sources:\n  in: {type: http_client, endpoint: https://a.test}\ntransforms:\n  t: {type: remap, inputs: [in], source: '.a = 1'}\nsinks:\n  out: {type: file, inputs: [t], path: o}\n",
      [("wrong-type", "sources and sinks are lists here, and its transforms are")]
    ),
    (
      "vector-sinks", start + "extract: [url]\nsinks: {out: {type: csv, path: a.csv}}\n",
      [
        ("wrong-type", "begin each element with '- '"),
        ("unknown-component", "the sink's name is its key: write csv: {…}"),
      ]
    ),
    (
      "vector-sources", "version: 1\nsources: {in: {type: file, path: urls.txt}}\n" + end,
      [
        ("wrong-type", "begin each element with '- '"),
        ("unknown-component", "the source's name is its key: write file: {…}"),
      ]
    ),
    (
      "gha", "name: x\non: push\njobs:\n  crawl:\n    runs-on: ubuntu-latest\n    steps:\n    - run: pipe run s.yaml\n",
      [("wrong-type", "a step of it runs 'pipe run SPEC'; 'pipe init' writes a")]
    ),
    (
      "gha-secret", whole("fetch: {headers: {Authorization: 'Bearer ${{ secrets.TOKEN }}'}}\n"),
      [("bad-value", "write ${secret:env:TOKEN}, and set TOKEN in the job's env")]
    ),
    ("gha-env", whole("fetch: {headers: {X-A: '${{ env.TOKEN }}'}}\n"), [("bad-value", "write ${env:TOKEN}")]),
    (
      "gha-if", start + "extract: [url, status]\nsinks: [{csv: a.csv, if: status == 200}]\n",
      [("unknown-key", "did you mean 'when'?")]
    ),
    (
      "gha-with", start + "extract: [url]\nsinks: [{uses: csv, with: {path: a.csv}}]\n",
      [("wrong-type", "the sink's name is its key: write csv: {…}")]
    ),
    (
      "ansible", "- hosts: all\n  tasks:\n  - uri: {url: https://a.test}\n",
      [("wrong-type", "a task of it runs 'pipe run SPEC'; 'pipe init' writes a")]
    ),
    (
      "ansible-uri", whole("fetch: {validate_certs: no, return_content: yes, status_code: 200}\n"),
      [
        ("unknown-key", "did you mean 'verify' under 'tls'?"),
        ("unknown-key", "the keys here are concurrency, per_host, timeout, method,"),
        ("unknown-key", "every status is an answer; choose the rows with where: status == 200"),
      ]
    ),
    (
      "ansible-env", whole("fetch: {headers: {X-A: \"{{ lookup('env', 'TOKEN') }}\"}}\n"),
      [("no-effect", "write ${env:NAME}, or ${name} for a variable")]
    ),
    (
      "compose", "version: '3'\nservices:\n  web: {image: x}\n",
      [("wrong-type", "a service of it runs 'pipe run SPEC'; 'pipe init' writes a")]
    ),
    (
      "curl-flags",
      whole(
        "fetch: {insecure: true, user-agent: x, max-time: 10, H: 'A: b', data: x, location: true, connect-timeout: 5}\n"
      ),
      [
        ("unknown-key", "did you mean 'verify' under 'tls'?"), ("unknown-key", "did you mean 'user_agent'?"),
        ("unknown-key", "did you mean 'timeout'?"), ("unknown-key", "did you mean 'headers'?"),
        ("unknown-key", "did you mean 'body'?"), ("unknown-key", "did you mean 'redirects'?"),
        ("unknown-key", "did you mean 'timeout'?"),
      ]
    ),
    (
      "curl-header", whole("fetch: {headers: ['Accept: text/html']}\n"),
      [("wrong-type", "for example: headers: {Accept-Language: en}")]
    ),
    (
      "curl-glob", "version: 1\nsources: [{urls: ['https://a.test/[1-5]']}]\n" + end,
      [("no-effect", "the source range counts: range: {url: …{n}…, from: …, to: …}")]
    ),
    (
      "curl-env", whole("fetch: {headers: {Authorization: 'Bearer $TOKEN'}}\n"),
      [("insecure", "write ${secret:env:NAME} or ${secret:file:PATH}"), ("no-effect", "write ${env:TOKEN}")]
    ),
    (
      "curl-output", start + "extract: [url]\nsinks: [{output: page.html}]\n",
      [("unknown-component", "the sinks are csv, jsonl")]
    ),
    ("curl-userpass", whole("fetch: {user: 'me:pw'}\n"), [("unknown-key", "did you mean 'auth'?")]),
    (
      "wget-wait", whole("fetch: {wait: 2, tries: 3, limit-rate: 200k}\n"),
      [
        ("unknown-key", "did you mean 'delay' under 'per_host'?"), ("unknown-key", "did you mean 'retry'?"),
        ("unknown-key", "the keys here are concurrency, per_host, timeout, method,"),
      ]
    ),
    (
      "wget-tries0", whole("fetch: {retry: 0, timeout: 0}\n"),
      [
        ("out-of-range", "the first time counts: 1 means no retries, 3 is the default"),
        ("out-of-range", "it cannot be switched off: the most is 24h"),
      ]
    ),
    (
      "wget-input", "version: 1\nsources: [{input-file: urls.txt}]\n" + end,
      [("unknown-component", "did you mean 'file'?")]
    ),
    (
      "postman",
      "info: {name: x, schema: 'https://schema.getpostman.com/json/collection/v2.1.0/collection.json'}\nitem: [{request: {url: https://a.test}}]\n",
      [("wrong-type", "its requests are 'sources' here, their headers and auth are")]
    ),
    ("postman-var", "version: 1\nsources: [{urls: ['https://a.test/{{id}}']}]\n" + end, [("no-effect", "write ${id}")]),
    ("postman-header", whole("fetch: {headers: {X-A: '{{token}}'}}\n"), [("no-effect", "write ${token}")]),
    ("postman-body", whole("fetch: {method: POST, body: {mode: raw, raw: x}}\n"), [("wrong-type", "")]),
    ("postman-test", whole("tests: [status == 200]\n"), [("unknown-key", "did you mean 'where'?")]),
    (
      "browser-wait", whole("fetch: {waitForSelector: h1, headless: true}\n"),
      [
        ("unknown-key", "pages are fetched and not rendered: no JavaScript runs"),
        ("unknown-key", "pages are fetched and not rendered: no JavaScript runs"),
      ]
    ),
    (
      "browser-goto", whole("steps: [{goto: https://a.test/}]\n"),
      [("unknown-key", "the keys here are version, vars, name, description,")]
    ),
    (
      "browser-selector", start + "extract: {price: {selector: .price, innerText: true}}\nsinks: [a.csv]\n",
      [("wrong-type", "write css: {…}")]
    ),
    (
      "browser-viewport", whole("fetch: {viewport: {width: 800}}\n"),
      [("unknown-key", "pages are fetched and not rendered: no JavaScript runs")]
    ),
    (
      "webscraper", "_id: x\nstartUrl: [https://a.test/]\nselectors: [{id: t, type: SelectorText, selector: h1}]\n",
      [("wrong-type", "startUrl is 'sources' here, and its selectors are")]
    ),
    (
      "python-list", "- https://a.test/\n- https://b.test/\n",
      [("wrong-type", "write it as sources: [{urls: […]}]; 'pipe init' writes a")]
    ),
    ("python-threads", whole("threads: 8\n"), [("unknown-key", "did you mean 'concurrency' under 'fetch'?")]),
    (
      "python-fields", "version: 1\nurls: [https://a.test/]\nfields: [title]\noutput: a.csv\n",
      [
        ("unknown-key", "did you mean 'sources'?"), ("unknown-key", "did you mean 'extract'?"),
        ("unknown-key", "did you mean 'sinks'?"),
      ]
    ),
    (
      "python-where", whole("where: 'status == 200 and \"shop\" in title'\n"),
      [("type-mismatch", "write title contains 'shop'")]
    ),
    ("python-none", whole("where: error is None\n"), [("bad-expression", "write 'error == null'")]),
    (
      "python-len", whole("where: len(title) > 3\n"),
      [("bad-expression", "write length(field) for the length of a list or a text")]
    ),
    ("python-startswith", whole("where: url.startswith('https')\n"), [("bad-expression", "write url starts_with …")]),
    (
      "python-chain", whole("where: 200 <= status < 300\n"),
      [("bad-expression", "write 'status in 200..300', which includes both ends, or")]
    ),
    (
      "python-and", whole("where: status >= 200 and < 300\n"),
      [("bad-expression", "name the field again: status < 300")]
    ),
    ("python-sleep", whole("sleep: 1\n"), [("unknown-key", "did you mean 'delay' under 'per_host' in 'fetch'?")]),
    (
      "python-to-csv", start + "extract: [url]\nsinks: [{to_csv: a.csv}]\n",
      [("unknown-component", "did you mean 'csv'?")]
    ),
    (
      "pandas-usecols", "version: 1\nsources: [{csv: list.csv}]\n" + end,
      [("unknown-component", "a list is a file with a format: write file: {path: …, format: csv}")]
    ),
    ("python-env", whole("fetch: {headers: {X-A: \"os.environ['TOKEN']\"}}\n"), []),
    (
      "stdout", start + "extract: [url]\nsinks: [stdout]\n",
      [("unknown-component", "standard output is a path: write csv: \"-\" or jsonl: \"-\"")]
    ),
    ("path-alone", start + "extract: [url]\nsinks: [out/o.csv.gz, O.JSONL]\n", []),
    (
      "xlsx", start + "extract: [url]\nsinks: [o.xlsx]\n",
      [("unknown-component", "a path alone is a sink if it ends in .csv, .tsv, .jsonl, .ndjson")]
    ),
    ("range-word", "version: 1\nsources: [{range: 1..5}]\n" + end, [("wrong-type", "for example: range: {url:")]),
    (
      "css-comma", start + "extract: {t: {css: a, b}}\nsinks: [a.csv]\n",
      [("wrong-type", "put quotes around the whole: {css: \"a, b\"}")]
    ),
    ("ok-field", start + "extract: {ok: ok, u: url}\nsinks: [a.csv]\n", []),
    ("rate", whole("fetch: {per_host: {rate: 1/2s}}\n"), [("bad-value", "did you mean 30/m?")]),
    (
      "rate2", whole("fetch: {per_host: {rate: 2s}}\n"),
      [("bad-value", "a rate is a count in a time, such as 5/s; for a pause write delay: 2s")]
    ),
    ("rate3", whole("fetch: {per_host: {rate: 7/30s}}\n"), [("bad-value", "did you mean 14/m?")]),
    ("compound", whole("fetch: {timeout: 1m30s}\n"), [("bad-value", "did you mean 90s?")]),
    ("millis", whole("fetch: {timeout: 30000}\n"), [("bad-value", "write 30000ms or 30000s")]),
    (
      "unlimited", whole("fetch: {max_body: unlimited, per_host: {delay: 0}}\n"),
      [("out-of-range", "it cannot be switched off: the most is 1GiB"), ("bad-value", "write 0s")]
    ),
    (
      "retrytrue", whole("fetch: {retry: true, redirects: false, concurrency: 8.0}\n"),
      [
        ("wrong-type", "the first time counts: 1 means no retries, 3 is the default"),
        ("wrong-type", "0 records the redirect itself, 10 is the default"), ("wrong-type", "write 8"),
      ]
    ),
    ("jq", start + "extract: {t: {json: .a.b}}\nsinks: [a.csv]\n", [("bad-selector", "a query begins with $")]),
    ("empty", "---\n", [("missing-key", "'pipe init' writes a pipeline to begin with")]),
    ("null", "null\n", [("missing-key", "'pipe init' writes a pipeline to begin with")]),
  ]
}

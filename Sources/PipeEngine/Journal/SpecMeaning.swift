package import PipeSpec
internal import PipeText

/// What of a spec gives the rows of a run their meaning, as its journal keeps it: a run goes on only with a spec that means
/// the same.
///
/// Formatting, comments, the order of options, defaults that are written out and variables with the same values make no
/// difference. Neither does what may change while a run goes on: how fast and how patiently is asked, with which credentials
/// and over which connections, and what the run may use. Secrets are `***` and texts are without the users of URLs; what
/// is long is told by its hash.
package struct SpecMeaning: Hashable, Sendable {
  private(set) var entries: [CanonicalForm.Entry]
  /// The keys whose values nobody wrote: they are defaults. Not in the bytes.
  private var defaults: Set<String> = []

  package static func == (left: Self, right: Self) -> Bool { left.entries == right.entries }

  package func hash(into hasher: inout Hasher) { hasher.combine(entries) }

  /// Keys that may change, and all keys below them.
  static let harmless = [
    "version", "name", "description", "vars", "expect", "journal", "limits.memory", "limits.records", "limits.duration",
    "limits.errors", "limits.bytes", "limits.disk", "fetch.concurrency", "fetch.per_host", "fetch.timeout",
    "fetch.retry",
    "fetch.user_agent", "fetch.auth", "fetch.cookies", "fetch.proxy", "fetch.http", "fetch.tls", "fetch.allow_private",
    "fetch.login", "fetch.robots.max_delay", "crawl.max_pages",
  ]

  /// Characters of a value that are kept as they are.
  private static let longestValue = 200
  /// Elements of a list that are told one by one.
  private static let longestList = 64

  /// - Parameter variables: What `${…}` can name besides the spec's own `vars`.
  package init?(_ file: SourceFile, language: Language, variables: Variables) {
    guard let root = Document(reading: file).root else { return nil }
    var context = DecodingContext(file: file, variables: variables.masked)
    // The variables are known behind it.
    _ = language.shape.decode(root, &context)
    self.init(CanonicalForm(root, keys: language.keys, &context))
  }

  /// A meaning as a journal has it.
  init(entries: [CanonicalForm.Entry]) { self.entries = entries }

  init(_ form: CanonicalForm) {
    let kept = form.entries.filter { !Self.isHarmless($0.key) && !Self.isCredential($0.key) }
    entries = []
    defaults = form.defaults
    var index = 0
    while index < kept.count {
      let list = kept[index].list
      let run = list == nil ? 1 : kept[index...].prefix { $0.list == list }.count
      if run > Self.longestList {
        let values = kept[index..<index + run].map(\.value).joined(separator: "\n")
        entries.append(.init(key: list ?? "", value: "\(run) elements (\(Self.hash(values)))"))
        index += run
        continue
      }
      let entry = kept[index]
      let value = entry.value.withoutUserinfo
      entries.append(
        .init(
          key: entry.key,
          value: value.count > Self.longestValue ? "\(value.utf8.count) bytes (\(Self.hash(value)))" : value))
      index += 1
    }
  }

  /// The meaning with what the requests of each source send of a file: another content makes other requests.
  ///
  /// - Parameter files: The name of each source's component, and its file as it is told; `nil` for none.
  package func sending(_ files: [(source: String, file: String?)]) -> SpecMeaning {
    var meaning = self
    for (index, (source, file)) in files.enumerated() {
      guard let file else { continue }
      let key = "sources[\(index)].\(source).body's content"
      meaning.entries.append(.init(key: key, value: file))
      // Journals of earlier versions do not tell.
      meaning.defaults.insert(key)
    }
    return meaning
  }

  static func isHarmless(_ key: String) -> Bool {
    // In the order of header fields lies no meaning, and each is told by itself.
    isOfHeaders(key) || harmless.contains { key == $0 || key.hasPrefix($0 + ".") || key.hasPrefix($0 + "[") }
  }

  private static func isCredential(_ key: String) -> Bool {
    guard let dot = key.lastIndex(of: "."), isOfHeaders(key[..<dot]) else { return false }
    return ["authorization", "cookie", "proxy-authorization"].contains(key[key.index(after: dot)...].lowercased())
  }

  /// Whether a key is `headers` of fetch or of a source: `sources[0].file.headers`.
  private static func isOfHeaders(_ key: some StringProtocol) -> Bool {
    let names = key.split(separator: ".")
    return names.last == "headers"
      && (names.count == 2 && names[0] == "fetch" || names.count == 3 && names[0].hasPrefix("sources["))
  }

  private static func hash(_ text: String) -> String { String(URLMark(of: text).bits, radix: 16) }

  /// In what this spec means another thing than an earlier one, in the order of the earlier one's keys.
  func changes(since earlier: SpecMeaning) -> [SpecChange] {
    let (old, new) = (Self.byKey(earlier.entries), Self.byKey(entries))
    let maps = Set(earlier.entries.map { Self.map(of: $0.key) })
    let keys = earlier.entries.map(\.key) + entries.map(\.key).filter { old[$0] == nil }
    return keys.compactMap { key in
      // The version that wrote the journal did not have this option yet.
      if old[key] == nil, defaults.contains(key), maps.contains(Self.map(of: key)) { return nil }
      if old[key] == new[key] || Self.isSameText(old[key], new[key]) { return nil }
      return SpecChange(key: key, old: old[key], new: new[key])
    }
  }

  /// Whether one is a text that the journal of an earlier version has without quotes: the option took texts alone then.
  private static func isSameText(_ old: String?, _ new: String?) -> Bool {
    guard let old, case .string = CoreSchema.value(of: old) else { return false }
    return JSONText.string(old).text == new
  }

  /// `crawl` for `crawl.depth` and for `crawl.exclude[2]`: the map that an option is in.
  private static func map(of key: String) -> String {
    let option = CanonicalForm.Entry(key: key, value: "").list ?? key
    return option.lastIndex(of: ".").map { String(option[..<$0]) } ?? ""
  }

  private static func byKey(_ entries: [CanonicalForm.Entry]) -> [String: String] {
    Dictionary(entries.map { ($0.key, $0.value) }) { first, _ in first }
  }
}

/// A key of a spec that means another thing than before.
struct SpecChange: Hashable, Sendable {
  let key: String
  /// `nil` for one that was not there.
  let old: String?
  /// `nil` for one that is not there any more.
  let new: String?

  /// `crawl.depth was 3 and is 5`.
  var text: String {
    switch (old, new) {
    case (let old?, let new?): "\(key) was \(old) and is \(new)"
    case (let old?, nil): "\(key) was \(old) and is not there any more"
    case (nil, let new?): "\(key) was not there and is \(new)"
    case (nil, nil): key
    }
  }
}

// MARK: Bytes

extension SpecMeaning {
  private static let version: UInt8 = 1

  /// 1 (version), the number of entries, and of each the key and the value: texts behind their lengths in LEB128.
  var bytes: [UInt8] {
    var bytes = [Self.version]
    bytes.append(varint: entries.count)
    for entry in entries {
      bytes.append(text: entry.key)
      bytes.append(text: entry.value)
    }
    return bytes
  }

  /// - Returns: `nil` if the bytes are not those of a meaning.
  init?(_ bytes: [UInt8]) {
    var reader = ByteReader(bytes)
    guard reader.byte() == Self.version, let count = reader.count(ofBytes: 2) else { return nil }
    var entries: [CanonicalForm.Entry] = []
    for _ in 0..<count {
      guard let key = reader.text(), let value = reader.text() else { return nil }
      entries.append(.init(key: key, value: value))
    }
    guard reader.isAtEnd else { return nil }
    self.init(entries: entries)
  }
}

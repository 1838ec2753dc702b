package import PipeSpec
internal import PipeWeb

/// Every option of a spec with its value, as a plan tells them: whatever two specs say differently shows here, and what they
/// only write differently does not.
///
/// A secret is its reference, `${secret:env:TOKEN}`. A credential that the spec itself tells is `***`, so that two that differ
/// in one alone look the same.
package struct StatedOptions: Hashable, Sendable {
  package struct Option: Hashable, Sendable {
    /// The keys that lead to it: `extract.price.css.selector`.
    package let key: String
    package let value: String
    /// Whether it is what holds without being written.
    package let isDefault: Bool
  }

  package private(set) var options: [Option] = []

  /// What the head of a plan says, or what is of no account by itself.
  private static let elsewhere: Set = ["version", "name", "description", "vars"]
  /// Characters of a value that are shown as they are.
  private static let longestValue = 1_000
  /// Elements of a list that are told one by one.
  private static let longestList = 64

  /// - Parameters:
  ///   - file: A spec without faults.
  ///   - variables: What `${…}` can name besides the spec's own `vars`.
  ///   - digest: A hash of a text, for what is long.
  package init?(_ file: SourceFile, language: Language, variables: Variables, digest: (String) -> String) {
    guard let root = Document(reading: file).root else { return nil }
    var context = DecodingContext(file: file, variables: variables.referring)
    // The variables are known behind it.
    _ = language.shape.decode(root, &context)
    let form = CanonicalForm(root, keys: language.keys, &context)
    var entries = form.entries.filter { !Self.elsewhere.contains(String($0.key.prefix { $0 != "." && $0 != "[" })) }
    Self.sortHeaders(&entries)
    var index = 0
    while index < entries.count {
      let entry = entries[index]
      let list = entry.list
      let run = list == nil ? 1 : entries[index...].prefix { $0.list == list }.count
      if let list, run > Self.longestList {
        let values = entries[index..<index + run].map { Self.shown($0, form) }
        let text = values.map { "\($0.utf8.count):\($0)" }.joined()
        options.append(Option(key: list, value: "\(run) elements, \(digest(text))", isDefault: false))
        index += run
        continue
      }
      let value = Self.shown(entry, form)
      options.append(
        Option(
          key: entry.key,
          value: value.count > Self.longestValue ? "\(value.utf8.count) bytes, \(digest(value))" : value,
          isDefault: form.defaults.contains(entry.key)))
      index += 1
    }
  }

  /// In the order of header fields lies no meaning.
  private static func sortHeaders(_ entries: inout [CanonicalForm.Entry]) {
    entries.removeAll { $0.key == "fetch.headers" }
    let fields = entries.indices.filter { entries[$0].key.hasPrefix("fetch.headers.") }
    guard let first = fields.first else { return }
    let sorted = fields.map { entries[$0] }.sorted { $0.key < $1.key }
    entries.replaceSubrange(first..<first + sorted.count, with: sorted)
  }

  private static func shown(_ entry: CanonicalForm.Entry, _ form: CanonicalForm) -> String {
    if form.credentials.contains(entry.key) { return SecretReference.revealed(entry.value) { _ in Secrets.mask } }
    if isCredentialField(entry.key) {
      return SecretReference.isIn(entry.value)
        ? SecretReference.revealed(entry.value, other: withoutCredential) : Secrets.mask
    }
    let text = entry.value.withUserinfo { userinfo in
      // What stands between two references, or beside one, may be a password's other half.
      SecretReference.revealed(String(userinfo)) { _ in Secrets.mask }
    }
    return SecretReference.revealed(text)
  }

  /// Whether it is a header field such as Authorization.
  private static func isCredentialField(_ key: String) -> Bool {
    guard let place = key.firstRange(of: "headers.") else { return false }
    return HTTPFields.Field(name: String(key[place.upperBound...]), value: "").isCredential
  }

  /// A part of a credential: the scheme in front of a reference is all that may be seen.
  private static func withoutCredential(_ text: String) -> String {
    text.hasSuffix(" ") && text.dropLast().allSatisfy { $0.isASCII && ($0.isLetter || $0 == "-") } ? text : Secrets.mask
  }
}

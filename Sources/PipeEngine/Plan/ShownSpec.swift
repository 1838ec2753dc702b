internal import PipeSpec
internal import PipeWeb

/// What a plan and a run may say of the spec: its own words, with `***` in the place of every secret and of the users
/// of URLs.
///
/// The words come from the spec read a second time with `***` for each secret, so that a secret that reads as any other
/// word neither shows nor is told by the holes that it leaves. What cannot be read so (a port that comes as a secret)
/// is `***` as a whole.
struct ShownSpec {
  private let spec: Spec
  /// The spec read with `***` for each secret; `nil` where no secret is in it.
  private let masked: Spec?

  init(_ spec: Spec, masked: Spec?) {
    self.spec = spec
    self.masked = masked
  }

  var name: String? { shown(spec.name, masked?.name) }
  var description: String? { shown(spec.description, masked?.description) }
  var filter: String? { shown(spec.filter?.description, masked?.filter?.description) }

  func summary(of use: Use<any Source, SourceOptions>) -> String? {
    shown(use.product?.summary, masked?.sources.first { $0.span == use.span }?.product?.summary)
  }

  /// What there is to say of a source's requests.
  func notes(of use: Use<any Source, SourceOptions>, in folder: SourceFolder) -> [String] {
    let shownUse = masked.map { masked in masked.sources.first { $0.span == use.span } } ?? use
    return (shownUse?.product?.notes(in: folder) ?? []).map { $0.withoutUserinfo.withoutControls }
  }

  func summary(of use: Use<any Sink, SinkOptions>) -> String? {
    shown(use.product?.summary, sink(use)?.product?.summary)
  }

  func condition(of use: Use<any Sink, SinkOptions>) -> String? {
    shown(use.common.when?.description, sink(use)?.common.when?.description)
  }

  func name(of field: FieldSpec) -> String {
    shown(field.name.value, masked?.fields?.first { $0.name.span == field.name.span }?.name.value) ?? ""
  }

  func column(of field: FieldSpec) -> String? {
    shown(
      field.use?.product?.inputColumn?.value,
      masked?.fields?.first { $0.name.span == field.name.span }?.use?.product?.inputColumn?.value)
  }

  /// What there is to say of connections, where it is not what everybody does.
  func connectionNotes(robots: RobotsPlan?) -> [String] {
    let fetch = spec.fetch
    let origins = (masked?.fetch ?? fetch).credentials.map(\.origin.originKey)
    var notes = fetch.credentials.enumerated().map { index, credential in
      let origin = origins.count == fetch.credentials.count ? "\(origins[index])" : Secrets.mask
      return "a credential (\(credential.scheme)) for \(origin), and for nobody else"
    }
    if fetch.login != nil {
      let login = masked == nil ? fetch.login : masked?.fetch.login
      notes.append(login?.plan.outline ?? "logs in at \(Secrets.mask)")
    }
    if fetch.cookies == .run { notes.append("cookies are kept until the run ends") }
    if let proxy = fetch.proxy {
      notes.append("through \(proxy.shown), names resolved \(proxy.resolve == .here ? "here" : "there")")
    }
    if !fetch.tls.verify { notes.append("certificates are NOT verified") }
    if let file = shown(fetch.tls.authorities?.value, masked?.fetch.tls.authorities?.value) {
      notes.append("trusts the certificates of \(file) alone")
    }
    if let file = shown(fetch.tls.clientCertificate?.value, masked?.fetch.tls.clientCertificate?.value) {
      notes.append("sends the client certificate \(file) to servers that request one")
    }
    if fetch.tls.minimumVersion != .tls12 { notes.append("TLS \(fetch.tls.minimumVersion.rawValue) or later") }
    if let robots { notes.append(note(on: robots)) }
    return notes.map { $0.withoutUserinfo.withoutControls }
  }

  private func note(on robots: RobotsPlan) -> String {
    // Where a secret gives it, the masked spec has another one.
    let isShown = masked.map { $0.fetch.robotsToken == robots.token } ?? true
    let token = isShown ? robots.token?.description : Secrets.mask
    let name = token.map { "as \($0)" } ?? "by its groups for * alone"
    return "obeys robots.txt \(name), waits up to \(robots.maxDelay.shown) for its Crawl-delay"
  }

  private func sink(_ use: Use<any Sink, SinkOptions>) -> Use<any Sink, SinkOptions>? {
    masked?.sinks.first { $0.span == use.span }
  }

  private func shown(_ text: String?, _ maskedText: String?) -> String? {
    guard let text else { return nil }
    return (masked == nil ? text : maskedText ?? Secrets.mask).withoutUserinfo.withoutControls
  }
}

extension String {
  /// The text with U+FFFD for each control character, and for each mark that changes the direction of what stands around it:
  /// it may go to a terminal.
  package var withoutControls: String {
    guard unicodeScalars.contains(where: \.isControl) else { return self }
    return unicodeScalars.reduce(into: "") { result, scalar in
      result.unicodeScalars.append(scalar.isControl ? "\u{FFFD}" : scalar)
    }
  }

  /// The text without the user and password of the URLs in it.
  package var withoutUserinfo: String { withUserinfo { _ in Secrets.mask } }

  /// The text with something else for the user and password of each URL in it.
  func withUserinfo(_ substitute: (Substring) -> String) -> String {
    guard contains("://"), contains("@") else { return self }
    var result = ""
    var rest = self[...]
    while let scheme = rest.firstRange(of: "://") {
      result += rest[..<scheme.upperBound]
      rest = rest[scheme.upperBound...]
      let authority = rest.prefix { !"/?# ".contains($0) }
      if let at = authority.lastIndex(of: "@") {
        result += substitute(authority[..<at])
        rest = rest[at...]
      }
    }
    return result + rest
  }
}

extension Unicode.Scalar {
  fileprivate var isControl: Bool {
    if value >= 0x20, value < 0x7F { return false }
    return properties.generalCategory == .control || properties.isBidiControl || value == 0x2028 || value == 0x2029
  }
}

internal import PipeSpec
internal import PipeWeb

// What the options of connections have in common: a check of their files, and lines in a plan.
extension FetchSettings {
  /// Reports what would keep connections from being made: files that cannot be read.
  func check(in folder: SourceFolder, _ report: (Diagnostic) -> Void) { tls.check(in: folder, report) }

  /// What a plan says of connections, where it is not what everybody does. No credential is in it.
  var connectionNotes: [String] {
    var notes = credentials.map { "a credential (\($0.scheme)) for \($0.origin.originKey), and for nobody else" }
    if cookies == .run { notes.append("cookies are kept until the run ends") }
    if let proxy {
      notes.append("through \(proxy.shown), names resolved \(proxy.resolve == .here ? "here" : "there")")
    }
    if !tls.verify { notes.append("certificates are NOT verified") }
    if let file = tls.authorities { notes.append("trusts the certificates of \(file.value) alone") }
    if let file = tls.clientCertificate { notes.append("shows the certificate of \(file.value) to who asks") }
    if tls.minimumVersion != .tls12 { notes.append("TLS \(tls.minimumVersion.rawValue) or later") }
    return notes
  }
}
